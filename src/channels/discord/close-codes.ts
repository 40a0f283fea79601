import { Problem } from '../../core/problem.ts'

interface Ending {
  readonly what: string
  readonly mend: string
}

const developerPage = 'https://discord.com/developers/applications → your application → Bot'

/** Close codes after which the same login cannot work again. Discord's own list of codes says which these are. */
const endings: Readonly<Record<number, Ending>> = {
  4004: {
    what: 'Discord does not accept the bot’s token.',
    mend: `Make a new one at ${developerPage} → Reset Token, put it into the configuration and restart.`,
  },
  4010: { what: 'Discord refused the shard of this connection.', mend: 'Update picoclaw.' },
  4011: {
    what: 'The bot is in too many servers for one connection.',
    mend: 'Remove the bot from some servers; one connection serves about 2,500.',
  },
  4012: { what: 'Discord no longer speaks this version of its gateway.', mend: 'Update picoclaw.' },
  4013: { what: 'Discord does not know one of the intents that were asked for.', mend: 'Update picoclaw.' },
  4014: {
    what: 'Discord does not let the bot read messages: its Message Content Intent is switched off.',
    mend: `Switch on “Message Content Intent” at ${developerPage} → Privileged Gateway Intents, save, and restart.`,
  },
}

/** What to tell people when a connection was closed for good; undefined when it may be tried again. */
export function endingProblem(code: number, channel: string): Problem | undefined {
  const ending = endings[code]
  return ending && new Problem(ending.what, { at: tokenPath(channel), mend: ending.mend })
}

export const tokenProblem = (channel: string): Problem =>
  endingProblem(4004, channel) ?? new Problem('The token is not accepted.', { at: tokenPath(channel) })

export const missingToken = (channel: string): Problem =>
  new Problem('The Discord channel has no token.', {
    at: tokenPath(channel),
    mend: `Copy the one of ${developerPage} → Token.`,
  })

const tokenPath = (channel: string) => `channel_list.${channel}.settings.token`
