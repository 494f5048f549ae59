using System.Data;
using System.Data.Common;

namespace Rez.Core.Diary.Storage;

/// <summary>
/// A statement prepared once on the writer's connection and run with values by position. The hot path of the diary: EF Core's change
/// tracking costs more than the insert itself.
/// </summary>
internal sealed class PreparedCommand : IDisposable
{
    private readonly DbCommand _command;

    /// <param name="sql">SQL with parameters <c>@0</c>, <c>@1</c>, …</param>
    public PreparedCommand(DbConnection connection, string sql, int parameters)
    {
        _command = connection.CreateCommand();
        _command.CommandText = sql;
        for (var i = 0; i < parameters; i++)
        {
            var parameter = _command.CreateParameter();
            parameter.ParameterName = "@" + i;
            _command.Parameters.Add(parameter);
        }
    }

    /// <summary>An upsert of all columns; the first <paramref name="keys"/> of them are the primary key.</summary>
    public static PreparedCommand Upsert(DbConnection connection, string table, int keys, params string[] columns) =>
        new(connection,
            $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => "@" + i))}) "
            + $"ON CONFLICT ({string.Join(", ", columns[..keys])}) DO UPDATE SET {string.Join(", ", columns[keys..].Select(c => $"{c} = excluded.{c}"))}",
            columns.Length);

    public int Run(DbTransaction transaction, params ReadOnlySpan<object?> values)
    {
        _command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++)
        {
            _command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return _command.ExecuteNonQuery();
    }

    public void Dispose() => _command.Dispose();
}
