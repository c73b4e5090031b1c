// PostgreSQL's JDBC driver: what it finds out about a database, and the ways it reads.
// Prints a line for each check: its name, a tab, what was found or the error.

import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.postgresql.PGConnection;

public class Clients {
    static final String TABLE = "conversations";
    static final String KEY = "00000000-0000-4000-8000-000000000001";
    static Connection connection;

    interface Check {
        Object run() throws Exception;
    }

    static void check(String name, Check check) {
        Object found;
        try {
            found = check.run();
        } catch (SQLException error) {
            found = "SQLSTATE " + error.getSQLState() + ": " + error.getMessage();
            try {
                if (!connection.getAutoCommit()) connection.rollback();
            } catch (SQLException ignored) {
            }
        } catch (Exception error) {
            found = error.toString();
        }
        System.out.println(name + "\t" + String.valueOf(found).replace("\n", " ").replace("\t", " "));
    }

    static List<String> rows(ResultSet results, String... columns) throws SQLException {
        List<String> found = new ArrayList<>();
        while (results.next()) {
            List<String> row = new ArrayList<>();
            if (columns.length == 0)
                for (int i = 1; i <= results.getMetaData().getColumnCount(); i++) row.add(results.getString(i));
            for (String column : columns) row.add(results.getString(column));
            found.add(String.join("|", row.stream().map(String::valueOf).toList()));
        }
        results.close();
        return found;
    }

    static List<String> ask(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return rows(statement.executeQuery(sql));
        }
    }

    static Connection connect(String... options) throws SQLException {
        Properties given = new Properties();
        given.setProperty("user", System.getenv("PGUSER"));
        given.setProperty("password", System.getenv("PGPASSWORD"));
        for (int i = 0; i < options.length; i += 2) given.setProperty(options[i], options[i + 1]);
        String url = "jdbc:postgresql://127.0.0.1:" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE");
        return DriverManager.getConnection(url, given);
    }

    static Set<String> named(ResultSet results, String column, String... wanted) throws SQLException {
        Set<String> found = new TreeSet<>(rows(results, column));
        found.retainAll(List.of(wanted));
        return found;
    }

    static void metadata() throws SQLException {
        DatabaseMetaData about = connection.getMetaData();
        String schema = System.getenv("PGSCHEMA");
        check("product", () -> about.getDatabaseProductName() + " " + about.getDatabaseMajorVersion());
        check("user", () -> about.getUserName());
        check("catalogues", () -> named(about.getCatalogs(), "TABLE_CAT", System.getenv("PGDATABASE")));
        check("schemas", () -> named(about.getSchemas(), "TABLE_SCHEM", schema, "pg_catalog", "information_schema"));
        check("kinds of table", () -> rows(about.getTableTypes()));
        check("tables", () -> rows(about.getTables(null, schema, "%", null), "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE", "REMARKS"));
        check("tables alone", () -> rows(about.getTables(null, schema, "con%", new String[] {"TABLE"}), "TABLE_NAME"));
        check("system tables", () -> named(about.getTables(null, "pg_catalog", "pg\\_c%", null), "TABLE_NAME", "pg_class", "pg_cast"));
        check("columns", () -> rows(about.getColumns(null, schema, TABLE, "%"),
            "TABLE_SCHEM", "TABLE_NAME", "COLUMN_NAME", "DATA_TYPE", "TYPE_NAME", "COLUMN_SIZE", "DECIMAL_DIGITS", "NUM_PREC_RADIX",
            "NULLABLE", "REMARKS", "COLUMN_DEF", "CHAR_OCTET_LENGTH", "ORDINAL_POSITION", "IS_NULLABLE", "IS_AUTOINCREMENT"));
        check("columns of a view", () -> rows(about.getColumns(null, schema, "v\\_daily", "%"), "COLUMN_NAME", "TYPE_NAME"));
        check("primary keys", () -> rows(about.getPrimaryKeys(null, schema, TABLE)));
        check("imported keys", () -> rows(about.getImportedKeys(null, schema, TABLE)));
        check("exported keys", () -> rows(about.getExportedKeys(null, schema, TABLE)));
        check("crossed keys", () -> rows(about.getCrossReference(null, schema, TABLE, null, schema, "agents")));
        check("indexes", () -> rows(about.getIndexInfo(null, schema, TABLE, false, false)));
        check("best row", () -> rows(about.getBestRowIdentifier(null, schema, TABLE, DatabaseMetaData.bestRowSession, true)));
        check("versions", () -> rows(about.getVersionColumns(null, schema, TABLE), "COLUMN_NAME"));
        check("types", () -> named(about.getTypeInfo(), "TYPE_NAME", "uuid", "int4", "numeric", "timestamptz", "_text", "jsonb"));
        check("user types", () -> rows(about.getUDTs(null, schema, "%", null)));
        check("functions", () -> named(about.getFunctions(null, "pg_catalog", "lower%"), "FUNCTION_NAME", "lower", "lower_inc"));
        check("procedures", () -> rows(about.getProcedures(null, schema, "%")));
        check("columns of functions", () -> rows(about.getFunctionColumns(null, "pg_catalog", "upper\\_inf", "%"), "COLUMN_NAME", "TYPE_NAME"));
        check("privileges", () -> rows(about.getTablePrivileges(null, schema, TABLE), "PRIVILEGE").contains("SELECT"));
        check("privileges of a column", () -> rows(about.getColumnPrivileges(null, schema, TABLE, "cost"), "PRIVILEGE").contains("SELECT"));
        check("keywords", () -> about.getSQLKeywords());
        check("longest name", () -> about.getMaxColumnNameLength());
        check("client info", () -> rows(about.getClientInfoProperties()));
        check("isolation", () -> about.getDefaultTransactionIsolation() + " " + connection.getTransactionIsolation());
    }

    static void reading() {
        check("a typed row", () -> {
            try (PreparedStatement asked = connection.prepareStatement("select * from " + TABLE + " where conversation_id = ?")) {
                asked.setObject(1, UUID.fromString(KEY));
                ResultSet results = asked.executeQuery();
                results.next();
                List<String> found = new ArrayList<>();
                for (int i = 1; i <= results.getMetaData().getColumnCount(); i++)
                    found.add(results.getObject(i).getClass().getSimpleName() + ":" + results.getObject(i));
                return found;
            }
        });
        check("about a result", () -> {
            try (Statement statement = connection.createStatement()) {
                ResultSetMetaData about = statement.executeQuery("select * from " + TABLE + " limit 0").getMetaData();
                List<String> found = new ArrayList<>();
                for (int i = 1; i <= about.getColumnCount(); i++)
                    found.add(String.join("|", about.getColumnName(i), about.getColumnTypeName(i), about.getColumnClassName(i),
                        "" + about.getPrecision(i), "" + about.getScale(i), "" + about.getColumnDisplaySize(i), "" + about.isNullable(i),
                        "" + about.isAutoIncrement(i), about.getTableName(i), about.getSchemaName(i)));
                return found;
            }
        });
        check("parameters described", () -> {
            try (PreparedStatement asked = connection.prepareStatement("select 1 from " + TABLE + " where conversation_id = ? and cost > ? and day = ?")) {
                var about = asked.getParameterMetaData();
                return about.getParameterTypeName(1) + " " + about.getParameterTypeName(2) + " " + about.getParameterTypeName(3);
            }
        });
        check("a statement many times", () -> {
            List<Integer> found = new ArrayList<>();
            try (PreparedStatement asked = connection.prepareStatement("select n_transfers from " + TABLE + " where t_handle_ms = ? order by conversation_start")) {
                for (int i = 1; i <= 12; i++) {
                    asked.setLong(1, 37L * i);
                    ResultSet results = asked.executeQuery();
                    results.next();
                    found.add(results.getInt(1));
                }
            }
            return found;
        });
        check("binary values", () -> {
            try (Connection other = connect("prepareThreshold", "-1");
                PreparedStatement asked = other.prepareStatement("select conversation_start, day, cost, mos, ingested_at from " + TABLE + " where conversation_id = ?")) {
                asked.setObject(1, UUID.fromString(KEY));
                ResultSet results = asked.executeQuery();
                results.next();
                return List.of(results.getObject(1, LocalDateTime.class), results.getObject(2, LocalDate.class), results.getBigDecimal(3),
                    results.getDouble(4), results.getObject(5, java.time.OffsetDateTime.class).toInstant());
            }
        });
        check("times as parameters", () -> {
            try (PreparedStatement asked = connection.prepareStatement("select count(*) from " + TABLE + " where conversation_start >= ? and conversation_start < ? and day = ?")) {
                asked.setTimestamp(1, Timestamp.valueOf("2026-01-01 00:00:00"));
                asked.setObject(2, LocalDateTime.of(2026, 1, 1, 0, 1));
                asked.setObject(3, LocalDate.of(2026, 1, 1));
                return rows(asked.executeQuery());
            }
        });
        check("an array as parameter", () -> {
            try (PreparedStatement asked = connection.prepareStatement("select count(distinct media_type) from " + TABLE + " where media_type = any(?)")) {
                asked.setArray(1, connection.createArrayOf("text", new String[] {"voice", "chat"}));
                return rows(asked.executeQuery());
            }
        });
        check("an array read", () -> {
            try (Statement statement = connection.createStatement()) {
                ResultSet results = statement.executeQuery("select array['a', 'b'], array[1, 2]");
                results.next();
                return List.of((String[]) results.getArray(1).getArray()) + " " + List.of((Integer[]) results.getArray(2).getArray());
            }
        });
        check("a scrolled result", () -> {
            try (Statement statement = connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY)) {
                ResultSet results = statement.executeQuery("select n_transfers from " + TABLE + " order by conversation_start limit 10");
                results.last();
                int last = results.getInt(1);
                results.absolute(3);
                return last + " " + results.getInt(1);
            }
        });
        check("rows at the most", () -> {
            try (Statement statement = connection.createStatement()) {
                statement.setMaxRows(7);
                return rows(statement.executeQuery("select 1 from " + TABLE)).size();
            }
        });
        check("several results", () -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("select 1; select 2");
                List<String> first = rows(statement.getResultSet());
                statement.getMoreResults();
                return first + " " + rows(statement.getResultSet());
            }
        });
        check("escapes of JDBC", () -> ask("select {fn ucase('a')}, {d '2026-01-02'}, {ts '2026-01-02 03:04:05'}, {fn timestampadd(SQL_TSI_DAY, 1, {d '2026-01-02'})}"));
    }

    static void transactions() throws SQLException {
        check("read a part at a time", () -> {
            connection.setAutoCommit(false);
            int read = 0;
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(700);
                ResultSet results = statement.executeQuery("select * from " + TABLE);
                while (results.next()) read++;
            }
            connection.commit();
            return read;
        });
        check("two parts at once", () -> {
            try (Statement one = connection.createStatement(); Statement two = connection.createStatement()) {
                one.setFetchSize(10);
                two.setFetchSize(10);
                ResultSet first = one.executeQuery("select n_transfers from " + TABLE + " order by conversation_start limit 50");
                ResultSet second = two.executeQuery("select n_transfers from " + TABLE + " order by conversation_start desc limit 50");
                long sum = 0;
                while (first.next() && second.next()) sum += first.getInt(1) - second.getInt(1);
                return sum;
            }
        });
        check("an error in a transaction", () -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("select no_such_column");
            } catch (SQLException error) {
                String state = error.getSQLState();
                try (Statement statement = connection.createStatement()) {
                    statement.execute("select 1");
                } catch (SQLException second) {
                    connection.rollback();
                    return state + " " + second.getSQLState();
                }
            }
            return "none";
        });
        check("a savepoint", () -> {
            Savepoint saved = connection.setSavepoint("here");
            try {
                ask("select no_such_column");
            } catch (SQLException error) {
                connection.rollback(saved);
            }
            connection.releaseSavepoint(connection.setSavepoint());
            List<String> found = ask("select 1");
            connection.commit();
            return found;
        });
        check("read only", () -> {
            connection.setReadOnly(true);
            List<String> found = ask("select 1");
            connection.commit();
            connection.setReadOnly(false);
            return found;
        });
        check("serializable", () -> {
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            List<String> found = ask("show transaction_isolation");
            connection.commit();
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            return found;
        });
        connection.setAutoCommit(true);
    }

    static void odds() {
        check("schema", () -> {
            connection.setSchema("pg_catalog");
            String found = connection.getSchema();
            connection.setSchema(System.getenv("PGSCHEMA"));
            return found + " " + connection.getSchema();
        });
        check("valid", () -> connection.isValid(5));
        check("its name", () -> {
            connection.setClientInfo("ApplicationName", "checks");
            return ask("show application_name");
        });
        check("copied", () -> {
            StringWriter written = new StringWriter();
            long rows = connection.unwrap(PGConnection.class).getCopyAPI()
                .copyOut("copy (select n_transfers, tenant from " + TABLE + " order by ingested_at limit 3) to stdout with csv header", written);
            return rows + " " + written;
        });
        check("a limit of time", () -> {
            try (Statement statement = connection.createStatement()) {
                statement.setQueryTimeout(1);
                statement.executeQuery(System.getenv("WIRE_ENDLESS"));
                return "ended";
            } catch (SQLException error) {
                return error.getSQLState();
            }
        });
        check("after it", () -> ask("select 1"));
        check("an unknown table", () -> {
            try {
                return ask("select * from no_such_table");
            } catch (SQLException error) {
                return error.getSQLState();
            }
        });
        check("simple protocol", () -> {
            try (Connection other = connect("preferQueryMode", "simple");
                PreparedStatement asked = other.prepareStatement("select ?::int + 1, ? || 'b', ?::date")) {
                asked.setInt(1, 1);
                asked.setString(2, "a'");
                asked.setDate(3, java.sql.Date.valueOf("2026-01-02"));
                return rows(asked.executeQuery());
            }
        });
        check("TLS", () -> {
            try (Connection other = connect("sslmode", "require", "channelBinding", "prefer"); Statement statement = other.createStatement()) {
                return rows(statement.executeQuery("select 1"));
            }
        });
        check("a wrong password", () -> {
            try (Connection other = connect("password", "wrong")) {
                return "let in";
            } catch (SQLException error) {
                return error.getSQLState();
            }
        });
    }

    public static void main(String[] arguments) throws Exception {
        connection = connect();
        metadata();
        reading();
        transactions();
        odds();
        connection.close();
        System.exit(0);
    }
}
