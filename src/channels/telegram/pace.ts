import type { Pace } from '../../core/channel.ts'

/**
 * What the service lets a bot send, from its FAQ: about one message a second in a chat, with short bursts; 20 a minute in a group; about 30 a
 * second in all, of which growing messages take a third.
 */
export const pace = {
  chat: (chat: string): Pace => (isGroup(chat) ? { burst: 5, everyMs: 4_000 } : { burst: 5, everyMs: 1_000 }),
  all: { burst: 30, everyMs: 50 },
}

/** Ids of groups and channels are negative, or the @name of a public one. */
const isGroup = (chat: string) => /^[-@]/.test(chat)
