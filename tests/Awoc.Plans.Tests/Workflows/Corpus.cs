namespace Awoc.Plans.Tests.Workflows;

/// <summary>Workflow files, good and bad, with the faults that are to be found in each.</summary>
internal static class Corpus
{
    /// <param name="Faults">Each begins with <c>line:column: </c>, and what follows is to stand in the message.</param>
    internal sealed record File(string Name, string Text, params string[] Faults);

    public static IReadOnlyList<File> Valid { get; } =
    [
        new("least", "name: w\ntasks:\n  a: {type: research}\n"),
        new("description alone", "name: w\ntasks: {a: {description: Do it.}}\n"),
        new("everything", """
            # yaml-language-server: $schema=workflow.schema.json
            name: nightly-review
            description: >
              All of it,
              in one file.
            inputs:
              topic: authentication
              depth: { description: How deep, default: 3 }
              target: { required: true }
              branch:
            defaults:
              model: sonnet
              timeout: 10m
              budget: { max_cost: 0.5 }
              context: README.md
            budget: { tokens: 50000, max_cost: 2.50, max_input_tokens: 1000000 }
            tasks:
              research:
                type: research
                description: "Best practices of ${inputs.topic}, ${inputs.depth} deep"
                output: ${inputs.target}-research.md
                budget: { tokens: 5000, timeout: 300, stall_timeout: off }
                inputs: [src, docs/]
              analysis:
                type: analysis
                needs: []
                agent: claude
                on_failure: auto
                retry: 2
                priority: -5
              plan:
                needs: [research, analysis]
                description: |
                  Plan ${inputs.topic} with
                  ${tasks.research.output} and ${tasks.analysis.json.findings.0.title}
                when: tasks.analysis.json.blocking > 0 and not failed(research) or inputs.topic == "x"
                integrate: append:PLAN.md
                on_unmet: skip
              cleanup:
                needs: { ended: [plan], any: [research, analysis] }
                type: custom
                description: echo ${HOME} $HOME ${VAR:-x}
                permissions: deny
                record: true
            """),
    ];

    /// <summary>What the schema sees too.</summary>
    public static IReadOnlyList<File> Misshapen { get; } =
    [
        new("empty", "", "1:1: the file is empty"),
        new("scalar", "hello\n", "1:1: a workflow takes KEY: VALUE lines"),
        new("list", "- a\n- b\n", "1:1: a workflow takes KEY: VALUE lines"),
        new("no tasks", "name: w\n", "1:1: the workflow has no tasks"),
        new("no name", "tasks:\n  a: {type: x}\n", "1:1: the workflow has no name"),
        new("empty tasks", "name: w\ntasks: {}\n", "2:8: tasks is empty"),
        new("unknown key", "name: w\ntaks:\n  a: {type: x}\n", "1:1: the workflow has no tasks", "2:1: a workflow has no 'taks'; did you mean 'tasks'?"),
        new("unknown field", "name: w\ntasks:\n  a:\n    type: x\n    max-cost: 1\n    ouput: x.md\n", "5:5: the task 'a' has no 'max-cost'; did you mean 'max_cost'?", "6:5: the task 'a' has no 'ouput'; did you mean 'output'?"),
        new("wrong types", "name: w\ntasks:\n  a:\n    type: 5\n    tokens: many\n    overwrite: \"yes\"\n    needs: 7\n    context: {}\n",
            "4:11: type is '5'; it takes text of 1 to 128 characters: write \"5\" in quotes", "5:13: tokens is 'many'; it takes a whole number from 1 to 100000000", "6:16: overwrite is 'yes'; it takes true or false",
            "7:12: needs is '7'; it takes a task's key", "8:14: context takes text"),
        new("word", "name: w\ntasks: {a: {type: x, on_failure: autos}}\n", "2:34: on_failure is 'autos'; it takes default, auto or stop; did you mean 'auto'?"),
        new("range", "name: w\ntasks: {a: {type: x, priority: 101, tokens: 0, max_cost: -1}}\n", "2:32: priority is '101'", "2:45: tokens is '0'", "2:58: max_cost is '-1'"),
        new("bad key", "name: w\ntasks:\n  1st: {type: x}\n  \"a b\": {type: x}\n", "3:3: '1st' is no key: a task's key is a letter", "4:3: 'a b' is no key"),
        new("bad name", "name: \"a b\"\ntasks: {a: {type: x}}\n", "1:7: name is 'a b'; it takes a letter"),
        new("task is text", "name: w\ntasks:\n  a: do it\n", "3:6: the task 'a' takes KEY: VALUE lines"),
        new("needs of defaults", "name: w\ndefaults: {needs: a}\ntasks: {a: {type: x}}\n", "2:12: defaults has no 'needs'"),
        new("key twice", "name: w\ntasks:\n  a: {type: x}\n  b: {type: x, type: y}\n  a: {type: y}\n", "4:16: 'type' stands here twice: the first is in line 4", "5:3: 'a' stands here twice: the first is in line 3"),
        new("no YAML", "name: w\ntasks: [a\n", "no YAML: "),
        new("tab", "name: w\ntasks:\n\ta: {}\n", "3:1: no YAML"),
        new("alias", "name: w\ntasks:\n  a: &x {type: x}\n  b: *x\n", "4:6: *x is an alias"),
        new("bomb", "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\n", "2:8: *a is an alias"),
        new("deep", "name: w\ntasks: " + new string('[', 100_000), "2:39: it is nested deeper than 32 levels"),
        new("two documents", "name: w\ntasks: {a: {type: x}}\n---\nname: v\n", "3:1: the file has a second document"),
        new("tag", "name: !!binary w\ntasks: {a: {type: x}}\n", "1:7: the tag tag:yaml.org,2002:binary is not taken"),
    ];

    /// <summary>What only the reader sees.</summary>
    public static IReadOnlyList<File> Senseless { get; } =
    [
        new("nothing to do", "name: w\ntasks:\n  a: {output: x.md}\n", "3:3: the task 'a' has neither a type nor a description"),
        new("unknown need", "name: w\ntasks:\n  research: {type: x}\n  b: {type: x, needs: [reserch, c]}\n", "4:24: 'b' needs 'reserch', and there is no such task; did you mean 'research'?", "4:33: 'b' needs 'c', and there is no such task"),
        new("self", "name: w\ntasks:\n  a: {type: x, needs: a}\n", "3:23: the task 'a' needs itself"),
        new("twice", "name: w\ntasks: {a: {type: x}, b: {type: x, needs: {after: a, ended: [a]}}}\n", "2:62: 'b' needs 'a' twice"),
        new("cycle", "name: w\ntasks:\n  a: {type: x, needs: c}\n  b: {type: x, needs: a}\n  c: {type: x, needs: {ended: b}}\n  d: {type: x, needs: a}\n", "3:3: these tasks wait for one another: a → c → b → a"),
        new("two cycles", "name: w\ntasks:\n  a: {type: x, needs: b}\n  b: {type: x, needs: a}\n  c: {type: x, needs: [d, a]}\n  d: {type: x, needs: c}\n", "3:3: these tasks wait for one another: a → b → a", "5:3: these tasks wait for one another: c → d → c"),
        new("unknown input", "name: w\ninputs: {topic: x}\ntasks:\n  a: {description: \"About ${inputs.topik}\"}\n", "4:27: there is no input 'topik'; did you mean 'topic'?"),
        new("unknown task", "name: w\ntasks:\n  a: {type: x}\n  b:\n    needs: a\n    description: |\n      Read\n      the ${tasks.c.output} there\n", "8:11: there is no task 'c'"),
        new("not needed", "name: w\ntasks:\n  a: {type: x}\n  b: {description: \"${tasks.a.output}\"}\n", "4:21: 'b' does not wait for 'a': add it to needs"),
        new("one of several", "name: w\ntasks:\n  a: {type: x}\n  b: {type: x}\n  c: {needs: {any: [a, b]}, description: \"${tasks.a.output}\"}\n", "5:43: 'c' does not wait for 'a'"),
        new("behind one that runs whatever", "name: w\ntasks:\n  a: {type: x}\n  b: {type: x, needs: a, on_unmet: run}\n  c: {needs: {ended: b}, description: \"${tasks.a.output}\"}\n", "5:40: 'c' does not wait for 'a'"),
        new("no such part", "name: w\ntasks:\n  a: {type: x}\n  b: {needs: a, description: \"${tasks.a.ouput} ${tasks.a.json} ${task.a.output} ${tasks.a.output\"}\n",
            "4:31: ${tasks.a.ouput} stands for nothing", "4:48: ${tasks.a.json} names no field", "4:64: ${task.…} stands for nothing; did you mean ${tasks.…}?", "4:81: ${tasks.a.output is not closed"),
        new("not in a description", "name: w\ntasks:\n  a: {type: x}\n  b: {needs: a, type: x, output: \"${tasks.a.summary}.md\"}\n", "4:35: what a task produced can be named in a description only"),
        new("when", "name: w\ninputs: {x: 1}\ntasks:\n  a: {type: x}\n  b: {type: x, when: tasks.a.outcome == succeeded}\n  c: {type: x, needs: a, when: inputs.y and failed(z)}\n  d: {type: x, when: succeeded(a)}\n  e: {type: x, when: \"tasks.a.size > 3\"}\n",
            "5:41: when: 'succeeded' stands for nothing", "6:32: when: there is no input 'y'", "6:52: when: there is no task 'z'", "7:32: when: 'd' does not wait for 'a'", "8:31: when: a task has no 'size'"),
        new("limit twice", "name: w\ntasks: {a: {type: x, tokens: 5, budget: {tokens: 6}}}\n", "2:50: the task 'a' has tokens twice"),
        new("required with a default", "name: w\ninputs: {x: {default: 1, required: true}}\ntasks: {a: {type: x}}\n", "2:36: the input 'x' is required and has a default"),
    ];

    public static IEnumerable<File> All => Valid.Concat(Misshapen).Concat(Senseless);
}
