using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Verification;

/// <summary>Keeps <c>verification.json</c> in step with a task's last check.</summary>
internal static class VerificationNote
{
    public static void Keep(EnginePorts ports, AgentTask task, TaskFolder folder, TaskEnding ending)
    {
        try
        {
            if (ending.Verification == Core.Tasks.Verification.NotChecked && ending.Findings.IsEmpty)
            {
                // What an attempt before this one was found to be says nothing of what there is now.
                File.Delete(folder.Verification);
                return;
            }

            new VerificationFile
            {
                Task = task.Id.Value,
                File = ending.ResultPath,
                CheckedAt = ports.Time.GetUtcNow(),
                Verification = ending.Verification,
                Findings = ending.Findings,
            }.Write(folder);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            ports.Files.Note(task, $"verification.json could not be written: {broken.Message}");
        }
    }
}
