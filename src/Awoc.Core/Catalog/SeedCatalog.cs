using System.Collections.Immutable;
using Awoc.Core.Contracts;

namespace Awoc.Core.Catalog;

/// <summary>The catalog's data: the seed's words for each family, one sentence for each type.</summary>
internal static class SeedCatalog
{
    private static readonly TaskMethod s_research = new(
        "Research Methodology",
        [
            "Information Gathering: use WebFetch to gather comprehensive information, and the working directory where it bears on the question",
            "Source Validation: verify accuracy and recency; say what could not be verified",
            "Synthesis: organize the findings into a structured format",
            "Recommendations: give actionable insights and next steps",
        ],
        [
            new("Executive Summary", "2-3 sentences") { Role = SectionRole.Summary },
            new("Key Findings", "bullet points") { Role = SectionRole.Findings },
            new("Detailed Analysis", "structured sections"),
            new("Sources and References") { Role = SectionRole.Sources },
            new("Recommendations") { Role = SectionRole.Recommendations },
        ]);

    private static readonly TaskMethod s_analysis = new(
        "Analysis Framework",
        [
            "Data Collection: gather relevant data and metrics",
            "Pattern Identification: identify trends, issues and opportunities",
            "Root Cause Analysis: determine underlying causes",
            "Impact Assessment: evaluate significance and urgency",
            "Solution Recommendations: propose concrete actions",
        ],
        [
            new("Summary of Findings") { Role = SectionRole.Summary },
            new("Detailed Analysis by Category"),
            new("Risk Assessment") { Role = SectionRole.Findings },
            new("Priority Recommendations") { Role = SectionRole.Recommendations },
            new("Implementation Considerations"),
        ]);

    private static readonly TaskMethod s_testing = new(
        "Testing Strategy",
        [
            "Test Planning: define test scope and objectives",
            "Test Design: create comprehensive test cases",
            "Test Implementation: write executable tests",
            "Test Execution: run the tests and capture results",
            "Results Analysis: analyze outcomes and identify issues",
        ],
        [
            new("Test Plan Summary") { Role = SectionRole.Summary },
            new("Test Cases and Scenarios"),
            new("Implementation Code"),
            new("Execution Results") { Role = SectionRole.Findings },
            new("Issue Summary and Recommendations") { Role = SectionRole.Recommendations },
        ]);

    private static readonly TaskMethod s_documentation = new(
        "Documentation Standards",
        [
            "Audience Analysis: identify the target users and their needs",
            "Content Organization: structure information logically",
            "Clarity and Conciseness: use clear, accessible language",
            "Examples and Code: include practical examples",
            "Maintenance: ensure accuracy and freshness",
        ],
        [
            new("Document Overview") { Role = SectionRole.Summary },
            new("Detailed Content Sections"),
            new("Code Examples and Snippets"),
            new("Usage Instructions"),
            new("FAQ and Troubleshooting"),
        ]);

    private static readonly TaskMethod s_custom = new(
        "Method",
        [
            "Understand: restate to yourself what is asked and what would count as done",
            "Act: take the shortest way there that you can verify",
            "Check: verify the result against what was asked before you save it",
        ],
        []);

    public static ImmutableArray<TaskType> Types { get; } =
    [
        .. Families.Select(type => type with { Contract = ContractOf(type.Family) }),
    ];

    private static ContractRules ContractOf(TaskFamily family) => family switch
    {
        TaskFamily.Research => new ContractRules { MinWords = 60, NeedsSources = true },
        TaskFamily.Custom => ContractRules.None,
        _ => new ContractRules { MinWords = 60 },
    };

    private static TaskType[] Families =>
    [
        new("research", TaskFamily.Research, "Answer the question from several independent sources.", s_research),
        new("api-research", TaskFamily.Research,
            "Find out how the API is used: authentication, the calls that matter, limits, errors, versions and cost.", s_research),
        new("technology-research", TaskFamily.Research,
            "Judge the technology for use: maturity, fit, alternatives, licence, upkeep and the cost of leaving it.", s_research),
        new("competitive-analysis", TaskFamily.Research,
            "Compare the competing offers on the same criteria, and say where each is strong and weak.", s_research),

        new("analysis", TaskFamily.Analysis, "Explain how the subject works today and what stands out.", s_analysis),
        new("code-analysis", TaskFamily.Analysis,
            "Look at the code's structure, dependencies, complexity and duplication; point at files and lines.", s_analysis),
        new("performance-analysis", TaskFamily.Analysis,
            "Find where time and memory go: measure where you can, and tell measured from supposed.", s_analysis),
        new("security-analysis", TaskFamily.Analysis,
            "Look for weaknesses: input handling, authentication, secrets, dependencies; rate each by severity and point at the place.",
            s_analysis),
        new("code-review", TaskFamily.Analysis,
            "Review the code for defects first, then design, then style; each remark names file, line and remedy.", s_analysis),
        new("test-analysis", TaskFamily.Analysis,
            "Judge the tests there are: what they cover, what they miss, which are brittle or cannot fail.", s_analysis),

        new("testing", TaskFamily.Testing, "Test the subject as a user would, and report what holds and what breaks.", s_testing),
        new("test-generation", TaskFamily.Testing,
            "Write new tests in the project's own framework and style: ordinary cases, edges and failures.", s_testing),
        new("test-automation", TaskFamily.Testing,
            "Make the tests run by themselves: harness, data, continuous integration and reporting.", s_testing),
        new("qa-validation", TaskFamily.Testing,
            "Check the subject against its stated requirements, one by one, with the evidence for each.", s_testing),

        new("documentation", TaskFamily.Documentation, "Bring the documentation in line with what the code does now.", s_documentation),
        new("api-docs", TaskFamily.Documentation,
            "Document each public operation: purpose, parameters, result, errors and an example that runs.", s_documentation),
        new("user-guides", TaskFamily.Documentation,
            "Write guides by task: what the reader wants to do, the steps, and what they see when it worked.", s_documentation),
        new("technical-writing", TaskFamily.Documentation,
            "Explain the subject to a technical reader: precise words, one idea at a time, facts that can be checked.", s_documentation),
        new("user-guide", TaskFamily.Documentation,
            "Write one guide that takes a new user from installation to their first result.", s_documentation),
        new("deployment-guide", TaskFamily.Documentation,
            "Document the deployment: prerequisites, configuration, steps, verification, rollback and common failures.", s_documentation),

        new(TaskTypes.CustomName, TaskFamily.Custom, "Do what the description says, and only that.", s_custom),
    ];
}
