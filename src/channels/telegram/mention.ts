import type { Entity, Message, User } from './wire.ts'

/** What a person wrote to the bot. */
export interface Words {
  /** Without mentions of the bot; the targets of links are written out. */
  readonly text: string
  readonly mentioned: boolean
  /** A command that names another bot. */
  readonly foreign: boolean
}

interface Change {
  readonly from: number
  readonly to: number
  readonly by: string
}

/** Reads the text or the caption of a message. */
export function wordsTo(me: User, message: Message): Words {
  const text = message.text ?? message.caption ?? ''
  const parts = (message.entities ?? message.caption_entities ?? []).map((entity) => meaningOf(entity, text, me))
  return {
    text: changed(
      text,
      parts.flatMap(({ change }) => change ?? []),
    ),
    mentioned: parts.some(({ mentions }) => mentions),
    foreign: parts.some(({ foreign }) => foreign),
  }
}

interface Meaning {
  readonly mentions?: boolean
  readonly foreign?: boolean
  readonly change?: Change
}

function meaningOf(entity: Entity, text: string, me: User): Meaning {
  const own = `@${me.username ?? ''}`.toLowerCase()
  const from = entity.offset
  const to = from + entity.length
  const part = text.slice(from, to)
  if (entity.type === 'bot_command') return commandOf(part, from, own)
  if (isMention(entity, part, own, me)) return { mentions: true, change: { from, to, by: '' } }
  const hidden = entity.type === 'text_link' && entity.url !== undefined && !part.includes(entity.url)
  return hidden ? { change: { from: to, to, by: ` (${entity.url})` } } : {}
}

/** A command is for us when it names nobody, or us. */
function commandOf(part: string, from: number, own: string): Meaning {
  const at = part.indexOf('@')
  if (at < 0) return { mentions: true }
  if (part.slice(at).toLowerCase() !== own) return { foreign: from === 0 }
  return { mentions: true, change: { from: from + at, to: from + part.length, by: '' } }
}

const isMention = (entity: Entity, part: string, own: string, me: User): boolean =>
  (entity.type === 'mention' && part.toLowerCase() === own) ||
  (entity.type === 'text_mention' && entity.user?.id === me.id)

function changed(text: string, changes: readonly Change[]): string {
  let result = text
  for (const { from, to, by } of changes.toSorted((left, right) => right.from - left.from)) {
    const before = result.slice(0, from)
    const after = result.slice(to)
    // A word that is taken out leaves one space, not two, and no comma that belonged to it.
    const removed = by === '' && (before === '' || /\s$/.test(before))
    result = before + by + (removed ? after.replace(/^[,:]?[ \t]+/, '') : after)
  }
  return result.trim()
}
