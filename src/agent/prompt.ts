/** What the workspace gives to the prompt. Absent files are absent here. */
export interface PromptFiles {
  /** Absolute path of the workspace. */
  readonly root: string
  /** Agent definition files in order, front matter removed. */
  readonly files: readonly { readonly name: string; readonly text: string }[]
  readonly memory: string
}

/** The moment and place of a turn. */
export interface PromptMoment {
  /** Local time as people write it, with the weekday. */
  readonly now: string
  readonly channel: string
  readonly chat: string
  readonly sender: string
}

/**
 * The system prompt in two sections: what stays the same from turn to turn, so that vendors can cache it, then the moment.
 */
export function systemPrompt(version: string, workspace: PromptFiles, moment: PromptMoment): readonly string[] {
  const stable = [
    `# picoclaw (${version})

You are picoclaw, a personal assistant. Your workspace is ${workspace.root}.

1. When something is to be done, do it with a tool; never claim an action that no tool carried out.
2. Say what you know and what you do not. Be short where short is enough.
3. What should be remembered beyond this conversation belongs in memory/MEMORY.md.`,
    ...workspace.files.map((file) => `## ${file.name}\n\n${file.text.trim()}`),
    ...(workspace.memory.trim() ? [`# Memory\n\n${workspace.memory.trim()}`] : []),
  ]
  const present = `## Now

${moment.now}
Channel: ${moment.channel}, chat: ${moment.chat}, sender: ${moment.sender}`
  return [stable.join('\n\n---\n\n'), present]
}
