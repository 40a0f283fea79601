/** A chat of Slack: the channel, and the thread in it. */
export function parseSlackChat(text: string): { readonly channel: string; readonly thread?: string } {
  const [channel = '', thread] = text.split('/')
  return thread ? { channel, thread } : { channel }
}

/** The text without the mention of the bot. */
export const withoutSlackMention = (text: string, botId: string): string => text.replaceAll(`<@${botId}>`, '').trim()
