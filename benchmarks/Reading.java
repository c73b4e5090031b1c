// Reads every value of a query by JDBC, a number of rows at a time: prints the rows and the seconds.

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;

public class Reading {
    public static void main(String[] arguments) throws Exception {
        String url = "jdbc:postgresql://127.0.0.1:" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE");
        try (Connection connection = DriverManager.getConnection(url, System.getenv("PGUSER"), System.getenv("PGPASSWORD"));
            Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.setFetchSize(Integer.parseInt(arguments[1]));
            long began = System.nanoTime(), rows = 0, seen = 0;
            ResultSet results = statement.executeQuery(arguments[0]);
            int columns = results.getMetaData().getColumnCount();
            while (results.next()) {
                rows++;
                for (int i = 1; i <= columns; i++) if (results.getObject(i) != null) seen++;
            }
            if (seen == 0) throw new IllegalStateException("nothing was read");
            System.out.println(rows + " " + (System.nanoTime() - began) / 1e9);
        }
    }
}
