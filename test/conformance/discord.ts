import { channelMention, messageLink } from '../../src/channels/discord/references.ts'
import type { Adapters } from './adapters.ts'

export const adapters: Adapters = {
  discordChannelMention: (text: string) => channelMention(text) ?? null,
  discordMessageLink: (text: string) => messageLink(text) ?? null,
}
