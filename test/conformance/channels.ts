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
import type { Adapters } from './adapters.ts'

const sendErrors = { 'rate-limit': 'rate_limit', uncertain: 'temporary', 'not-sent': 'temporary' } as const

export const adapters: Adapters = {
  splitMessage: ({ text, limit }: { text: string; limit: number }) => ({
    chunks: splitMarkdown(text, limit, discordStyle),
  }),
  splitByMarker,
  telegramHtml,
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
