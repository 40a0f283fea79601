const literal = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)

/** True when the nick stands in the text as a word of its own. Nicks do not know case. */
export const isMentioned = (text: string, nick: string): boolean =>
  new RegExp(String.raw`(?<![\p{L}\p{N}_-])${literal(nick)}(?![\p{L}\p{N}_-])`, 'iu').test(text)

/** The text without `nick:` or `nick,` in front. */
export const withoutMention = (text: string, nick: string): string =>
  text.replace(new RegExp(String.raw`^\s*${literal(nick)}[:,]\s*`, 'iu'), '').trim()
