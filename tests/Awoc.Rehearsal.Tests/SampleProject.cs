using System.Diagnostics;

namespace Awoc.Rehearsal.Tests;

/// <summary>A small project on disk whose counts are known.</summary>
internal sealed class SampleProject : IDisposable
{
    public SampleProject(bool git = false)
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("awoc-rehearsal-").FullName;
        Write("README.md", "# Sample shop\n\nA shop with payments.\n\n    npm start\n");
        Write("package.json", "{\n  \"name\": \"sample-shop\",\n  \"scripts\": { \"start\": \"node src/index.js\" }\n}\n");
        Write("src/index.js", "// TODO: read the port from the environment\nconst payment = require('./payment');\npayment.start();\n");
        Write("src/payment.js", string.Concat(Enumerable.Range(1, 40).Select(i => $"// line {i}\n")) + "// FIXME: retries\nmodule.exports = { start() {} };\n");
        Write("src/eval.py", "def run(x):\n    return eval(x)\n");
        Write("tests/payment.test.js", "test('pays', () => {});\ntest('fails', () => {});\n");
        Write("tests/index.test.js", "test('starts', () => {});\n");
        if (!git) return;
        Shell("git init -q && git add -A && git -c user.name=t -c user.email=t@example.org commit -qm 'Begin the shop'");
    }

    public string Directory { get; }

    public const int Files = 7;
    public const int JavaScriptFiles = 4;
    public const int TestFiles = 2;
    public const int Todos = 2;

    public string Output(string name) => Path.Combine(Directory, ".out", name);

    public string Prompt(string type, string description, string output, int budget = 5000, string[]? sections = null)
    {
        System.IO.Directory.CreateDirectory(Path.Combine(Directory, ".out"));
        sections ??= ["Executive Summary", "Key Findings", "Detailed Analysis", "Sources and References", "Recommendations"];
        return $"""
            You are an independent background agent executing a focused task.

            ## Task Configuration
            - **Task ID**: 1763900000-abcdef012345
            - **Task Type**: {type}
            - **Output File**: {output}
            - **Token Budget**: {budget} tokens maximum
            - **Time Limit**: 600 seconds

            ## Task Details
            {description}

            ## Expected Output Format
            Write the result with these sections:
            {string.Join('\n', sections.Select(s => $"- {s} (as needed)"))}

            ## Execution Context
            - Working Directory: {Directory}
            """;
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private void Write(string path, string text)
    {
        var full = Path.Combine(Directory, path);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    private void Shell(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", command]) { WorkingDirectory = Directory })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
