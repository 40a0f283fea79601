/** What is told about a tool call. */
export interface ToolFeedback {
  readonly tool: string
  /** The model's own words about it. */
  readonly explanation?: string
  /** The arguments as JSON, laid out for people. */
  readonly args?: string
  /** Characters of `args` that are shown; absent is all. */
  readonly longest?: number
}

/** The line in the chat that announces a tool call: its name, what the model says about it, its arguments in a fence. */
export function formatToolFeedback({ tool, explanation = '', args = '', longest = Infinity }: ToolFeedback): string {
  const shown = args.length > longest ? `${args.slice(0, longest).toWellFormed()}…` : args
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1))
  return [
    tool.trim() && `🔧 \`${tool.trim().replaceAll('`', '')}\``,
    explanation.trim(),
    shown.trim() && `${fence}json\n${shown}\n${fence}`,
  ]
    .filter(Boolean)
    .join('\n')
}

/** The longest row of backticks, so that a fence around them can be longer. */
const longestRun = (text: string): number => Math.max(0, ...(text.match(/`{3,}/g) ?? []).map((run) => run.length))
