// node-postgres with pg-cursor and pg-query-stream. Prints one JSON object: each check, and null or its error.
const assert = require("node:assert");
const { Client, Pool } = require("pg");
const Cursor = require("pg-cursor");
const QueryStream = require("pg-query-stream");

const env = process.env;
const TABLE = "conversations";
const KEY = "00000000-0000-4000-8000-000000000001";
const config = {
  host: env.PGHOST, port: Number(env.PGPORT), user: env.PGUSER, password: env.PGPASSWORD,
  database: env.PGDATABASE, connectionTimeoutMillis: 20000, ssl: env.WIRE_TLS ? { rejectUnauthorized: false } : false,
};
const client = new Client(config);
const rows = async (sql, values) => (await client.query(sql, values)).rows;

const checks = {
  connect: () => client.connect(),
  "a simple query": async () => assert.deepEqual(await rows("select 1 as a"), [{ a: 1 }]),
  parameters: async () =>
    assert.deepEqual(await rows("select $1::int as a, $2::text as b, $3::bool as c", [1, "o'k", true]), [{ a: 1, b: "o'k", c: true }]),
  "a typed row": async () =>
    assert.deepEqual(
      await rows(
        `select conversation_id, tenant, day::text d, t_handle_ms, n_transfers, mos, cost, abandoned, conversation_start::text cs
         from ${TABLE} where conversation_id=$1`, [KEY]),
      [{ conversation_id: KEY, tenant: "tenant_1", d: "2026-01-01", t_handle_ms: "37", n_transfers: 1, mos: 0.001,
         cost: "0.0100", abandoned: false, cs: "2026-01-01 00:00:07.001" }]),
  "types of columns": async () => {
    const found = (await client.query(`select * from ${TABLE} limit 1`)).fields.map((field) => field.dataTypeID);
    assert.deepEqual(found, [2950, 25, 1114, 1114, 1082, 25, 25, 25, 2950, 25, 20, 20, 23, 21, 701, 701, 1700, 16, 16, 1184]);
  },
  "an instant": async () =>
    assert.equal((await rows(`select ingested_at from ${TABLE} where conversation_id='${KEY}'`))[0].ingested_at.toISOString(), "2026-01-01T00:00:01.000Z"),
  "a named statement": async () => {
    for (const i of [0, 1, 2]) {
      const found = await client.query({ name: "next", text: "select $1::int + 1 as x", values: [i] });
      assert.deepEqual(found.rows, [{ x: i + 1 }]);
    }
  },
  "all rows": async () => assert.equal((await rows(`select * from ${TABLE}`)).length, Number(env.WIRE_ROWS)),
  "the code of an error": () => assert.rejects(rows("select * from no_such_table_x"), { code: "42P01" }),
  "after an error": async () => assert.deepEqual(await rows("select $1::int as a", [1]), [{ a: 1 }]),
  "a cursor": async () => {
    const cursor = client.query(new Cursor(`select * from ${TABLE} limit 3000`));
    let read = 0;
    for (let part; (part = await cursor.read(500)).length; ) read += part.length;
    await cursor.close();
    assert.equal(read, 3000);
  },
  "a stream left early": async () => {
    let read = 0;
    for await (const _ of client.query(new QueryStream(`select * from ${TABLE}`))) if (++read >= 1000) break;
    assert.deepEqual(await rows("select 1 as a"), [{ a: 1 }]);
  },
  "a pool": async () => {
    const pool = new Pool({ ...config, max: 5 });
    const wanted = [...Array(50).keys()];
    const found = await Promise.all(wanted.map((i) => pool.query("select $1::int as a", [i])));
    assert.deepEqual(found.map((each) => each.rows[0].a), wanted);
    await pool.end();
  },
  end: () => client.end(),
};

(async () => {
  client.on("error", () => {});
  const told = {};
  for (const [name, check] of Object.entries(checks)) {
    told[name] = null;
    try { await check(); } catch (error) { told[name] = String(error.message || error); }
  }
  console.log(JSON.stringify(told));
  process.exit(0);
})();
