"""The facts of a whole predicate, subqueries included."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlglot import exp

from trunkline.planner.facts import Facts
from trunkline.planner.filters.predicates import conditions
from trunkline.planner.frames import Frame
from trunkline.planner.ledger import Ledger, Scope
from trunkline.planner.predicates import bounds, conjuncts, equality, membership
from trunkline.planner.relations import Relation


@dataclass(frozen=True, slots=True)
class Clauses:
    """What the clauses of one SELECT are bound with.

    ``scope`` is that of its subqueries; ``members`` are the relations of its IN (SELECT ...), by
    the name they have in the facts.
    """

    frame: Frame
    scope: Scope
    ledger: Ledger
    members: dict[str, Relation] = field(default_factory=dict)

    def of(self, frame: Frame) -> Clauses:
        """The same for a clause in which names are read differently."""
        return replace(self, frame=frame, scope=self.scope.inside(frame))

    def facts(self, predicate: exp.Expr) -> Facts:
        """What is true of a row where the predicate is true."""
        found: Facts = (*bounds(predicate, self.frame, self.ledger.constant, self.scope.ctes),)
        for conjunct in conjuncts(predicate):
            found += (*conditions(conjunct, self.frame),)
            found += equality(conjunct, self.frame) + self._subquery(conjunct)
        self.ledger.bind_all(predicate, self.scope)
        return found

    def _subquery(self, conjunct: exp.Expr) -> Facts:
        match conjunct:
            case exp.Exists():
                return self.ledger.needed(conjunct.this, self.scope).implied
            case exp.In() if isinstance(query := conjunct.args.get("query"), exp.Query):
                inner, name = self.ledger.bind(query, self.scope), f"in {len(self.members)}"
                self.members[name] = inner
                return (*membership(conjunct, self.frame, inner, name), *inner.implied)
        return ()
