import type { DeliveryKind } from '../../core/channel.ts'
import { DeliveryFailure } from '../../core/channel.ts'

type Library = typeof import('./library.ts')

/** What Discord's own error codes mean for a message on its way out. */
const codes: Readonly<Record<number, readonly [kind: DeliveryKind, words: string]>> = {
  10_003: ['gone', 'The channel does not exist any more.'],
  10_004: ['gone', 'The server does not exist any more, or the bot was removed from it.'],
  10_008: ['refused', 'The message does not exist any more.'],
  10_014: ['refused', 'Discord does not know this emoji.'],
  20_016: ['rate-limit', 'The channel is in slow mode.'],
  20_028: ['rate-limit', 'Too many messages for this channel.'],
  40_005: ['refused', 'The file is larger than this place allows.'],
  40_006: ['not-sent', 'Discord has switched this off for a while.'],
  40_007: ['gone', 'The person is banned from the server.'],
  40_333: ['not-sent', 'Something before Discord refused the request.'],
  50_001: ['gone', 'The bot may not see this channel: give it the permission “View Channel”.'],
  50_005: ['refused', 'Only messages of the bot itself can be changed.'],
  50_007: ['gone', 'This person takes no direct messages from the bot.'],
  50_009: ['gone', 'The server asks for a verification that the bot does not have.'],
  50_013: ['gone', 'The bot may not write here: give it the permission “Send Messages”.'],
  50_035: ['refused', 'Discord does not take the message as it is.'],
  50_083: ['gone', 'The thread is archived or locked.'],
  50_278: ['gone', 'This person shares no server with the bot, so it may not write to them.'],
  200_000: ['refused', 'The server’s AutoMod blocks this message.'],
  240_000: ['refused', 'Discord’s filter for harmful links blocks this message.'],
  160_002: ['refused', 'The bot may not reply here: it cannot read the history.'],
}

/** Errors of a connection that was never made. */
const neverConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** What an error of a request means for the message. */
export function deliveryFailure(library: Library, error: unknown): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error
  if (error instanceof library.RateLimitError) {
    const retryAfterMs = Math.ceil(Math.max(error.retryAfter, error.timeToReset, error.sublimitTimeout, 250))
    return new DeliveryFailure('rate-limit', 'Discord asks to wait.', { retryAfterMs, cause: error })
  }
  if (error instanceof library.DiscordAPIError) return refusal(error.status, error.code, error.message, error)
  if (error instanceof library.HTTPError)
    return new DeliveryFailure('uncertain', `Discord answered with status ${error.status}.`, { cause: error })
  if (isTokenless(error))
    return new DeliveryFailure('auth', 'Discord does not accept the bot’s token.', { cause: error })
  const code = codeIn(error)
  const kind = code !== undefined && neverConnected.has(code) ? 'not-sent' : 'uncertain'
  const words = kind === 'not-sent' ? 'Discord cannot be reached' : 'The connection to Discord broke while it was sent'
  return new DeliveryFailure(kind, `${words}${code === undefined ? '' : ` (${code})`}.`, { cause: error })
}

function refusal(status: number, code: unknown, message: string, cause: unknown): DeliveryFailure {
  if (status === 401) return new DeliveryFailure('auth', 'Discord does not accept the bot’s token.', { cause })
  const known = typeof code === 'number' ? codes[code] : undefined
  if (known) {
    const [kind, words] = known
    return new DeliveryFailure(kind, kind === 'refused' ? `${words} (${message})` : words, { cause })
  }
  // Without a code of Discord's it is not Discord that answers, but something on the way to it.
  if (typeof code !== 'number')
    return new DeliveryFailure('not-sent', `Something before Discord answered with status ${status}.`, { cause })
  return new DeliveryFailure(status === 403 ? 'gone' : 'refused', `Discord refused it: ${message}`, { cause })
}

/** After a 401 discord.js forgets the token and says this of every further request. */
const isTokenless = (error: unknown) => error instanceof Error && error.message.startsWith('Expected token to be set')

/** The system's code in an error or what caused it. */
function codeIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  return codeIn(error.cause)
}

/** The code that Discord gave a refusal; undefined for anything else. */
export const apiCode = (library: Library, error: unknown): number | undefined =>
  error instanceof library.DiscordAPIError && typeof error.code === 'number' ? error.code : undefined
