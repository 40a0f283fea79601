import { discordStyle } from '../../src/channels/markdown/discord.ts'
import { matrixHtml } from '../../src/channels/markdown/matrix.ts'
import { slackMrkdwn } from '../../src/channels/markdown/slack.ts'
import { splitMarkdown } from '../../src/channels/markdown/split.ts'
import { telegramHtml } from '../../src/channels/markdown/telegram.ts'
import { withoutLeadingMentions } from '../../src/channels/dingtalk/mentions.ts'
import { feishuText } from '../../src/channels/feishu/text.ts'
import { isMentioned, withoutMention } from '../../src/channels/irc/mention.ts'
import { answerKind } from '../../src/channels/kit/answer-kind.ts'
import { splitByMarker } from '../../src/channels/kit/markers.ts'
import { mediaKind } from '../../src/channels/kit/media-kind.ts'
import { groupText } from '../../src/channels/qq/group-text.ts'
import { parseSlackChat, withoutSlackMention } from '../../src/channels/slack/text.ts'
import { parseTelegramChat } from '../../src/channels/telegram/chat-id.ts'
import { readMessage } from '../../src/channels/telegram/inbound.ts'
import type { Message } from '../../src/channels/telegram/wire.ts'
import type { Adapters } from './adapters.ts'

const sendErrors = { 'rate-limit': 'rate_limit', uncertain: 'temporary', 'not-sent': 'temporary' } as const

/** The messages of a Telegram chat as they reach the agent: albums joined, words that are answered in front, the rule for groups applied. */
function telegramInbound({ chat, bot, mentionOnly = false, messages }: TelegramInput) {
  const place = chat === 'private' ? { id: 1001, type: 'private' } : { id: -100500, type: 'supergroup' }
  const reader = { channel: 'telegram', me: bot, load: () => Promise.reject(new Error('Not loaded.')) }
  const heard = messages
    .map(({ photo, ...message }) =>
      readMessage(
        { from: { id: 7, first_name: 'Alice' }, chat: place, ...message, ...(photo && { photo: [{ file_id: 'p' }] }) },
        reader,
      ),
    )
    .filter((message) => message !== undefined)
    .filter(({ kind, addressed }) => kind === 'direct' || !mentionOnly || addressed)
  const turns = [...Map.groupBy(heard, ({ album, id }) => album ?? id).values()]
  const [turn = []] = turns
  const reply = turn.find(({ replyTo }) => replyTo)?.replyTo
  const words = turn.map(({ text }) => text).filter(Boolean)
  return {
    published: turns.length,
    text: [...(reply ? [`${reply.from}: ${reply.text}`] : []), ...words].join('\n'),
    replyToMessageId: reply?.id ?? null,
    attachments: turn.flatMap(({ attachments }) => attachments).length,
  }
}
interface TelegramInput {
  readonly chat: 'private' | 'group'
  readonly bot: { readonly id: number; readonly username: string }
  readonly mentionOnly?: boolean
  readonly messages: readonly (Omit<Partial<Message>, 'photo'> & { message_id: number; photo?: boolean })[]
}

export const adapters: Adapters = {
  splitMessage: ({ text, limit }: { text: string; limit: number }) => ({
    chunks: splitMarkdown(text, limit, discordStyle),
  }),
  splitByMarker,
  telegramHtml,
  telegramInbound,
  parseTelegramChat(text: string) {
    const chat = parseTelegramChat(text)
    return chat ?? { error: `"${text}" is no chat` }
  },
  slackMrkdwn,
  matrixHtml,
  feishuText: ({ messageType, rawContent }: { messageType: string; rawContent: string }) =>
    feishuText(messageType, rawContent),
  ircMentioned: ({ content, nick }: { content: string; nick: string }) => isMentioned(content, nick),
  ircStripMention: ({ content, nick }: { content: string; nick: string }) => withoutMention(content, nick),
  parseSlackChat,
  slackStripMention: ({ text, botId }: { text: string; botId: string }) => withoutSlackMention(text, botId),
  dingtalkStripMentions: withoutLeadingMentions,
  outboundMediaKind: ({ filename, contentType }: { filename: string; contentType: string }) =>
    mediaKind(filename, contentType),
  qqGroupUrls: groupText,
  sendErrorClass(status: number) {
    const kind = answerKind(status)
    return kind === undefined ? null : kind in sendErrors ? sendErrors[kind as keyof typeof sendErrors] : 'send_failed'
  },
}
