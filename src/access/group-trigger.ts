/** When the bot answers in groups, as the configuration spells it. */
export interface GroupTrigger {
  readonly mention_only?: boolean
  readonly prefixes?: readonly string[]
}

/**
 * Is a message in a group for the bot: a mention or a reply to it always is; without one nothing is under `mention_only`, under
 * `prefixes` only what starts with one, else everything. `text` is then without the prefix.
 */
export function groupTrigger(
  { mention_only: mentionOnly = false, prefixes = [] }: GroupTrigger,
  addressed: boolean,
  text: string,
): { readonly respond: boolean; readonly text: string } {
  if (addressed) return { respond: true, text: text.trim() }
  if (mentionOnly) return { respond: false, text }
  const given = prefixes.filter(Boolean)
  if (given.length === 0) return { respond: true, text: text.trim() }
  const [longest] = given.filter((prefix) => text.startsWith(prefix)).sort((left, right) => right.length - left.length)
  if (longest === undefined) return { respond: false, text }
  return { respond: true, text: text.slice(longest.length).trim() }
}
