/** Channels that are not chats: the terminal, the program itself, its sub-agents. */
const internal: ReadonlySet<string> = new Set(['cli', 'console', 'system', 'subagent'])

/** May a command come from this channel (tools.exec.allow_remote). */
export function mayExec(allowRemote: boolean, channel: string): boolean {
  return allowRemote || internal.has(channel)
}
