using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Verifying;

/// <summary>Keeps <c>verification.json</c> in step with a task's last check.</summary>
public static class VerificationNote
{
    /// <param name="file">What was checked.</param>
    public static void Keep(EnginePorts ports, AgentTask task, TaskFolder folder, CheckOutcome check, string? file)
    {
        try
        {
            if (check.Verification == Verification.NotChecked && check.Findings.IsEmpty)
            {
                // What an attempt before this one was found to be says nothing of what there is now.
                File.Delete(folder.Verification);
                return;
            }

            new VerificationFile
            {
                Task = task.Id.Value,
                File = file,
                CheckedAt = ports.Time.GetUtcNow(),
                Verification = check.Verification,
                Findings = check.Findings,
            }.Write(folder);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            ports.Files.Note(task, $"verification.json could not be written: {broken.Message}");
        }
    }
}
