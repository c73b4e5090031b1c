"""The landed tables in SQL Server, by dlt; see design/0059. The one home of dlt.

DuckDB files are the second destination: what the tests prove, they prove of it.
"""

from trunkline.publish.warehouse.target import Warehouse, warehouse_of
from trunkline.publish.warehouse.writing import publish_into

__all__ = ["Warehouse", "publish_into", "warehouse_of"]
