using Awoc.Core.Tasks;
using Awoc.Core.Waiting;

namespace Awoc.Engine.Waiting;

/// <summary>Reads the conditions of workflows (<see cref="StartCondition.When"/>).</summary>
public interface IWhenCondition
{
    /// <param name="expression">As the file has it.</param>
    /// <param name="references">The tasks that it may speak of, ended ones all of them, by the words they were named with.</param>
    WhenAnswer Evaluate(string expression, IReadOnlyDictionary<string, AgentTask> references);
}
