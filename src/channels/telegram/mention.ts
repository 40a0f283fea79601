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
  const entities = message.entities ?? message.caption_entities ?? []
  const own = `@${me.username ?? ''}`.toLowerCase()
  const changes: Change[] = []
  let mentioned = false
  let foreign = false
  for (const entity of entities) {
    const from = entity.offset
    const to = from + entity.length
    const part = text.slice(from, to)
    const at = part.indexOf('@')
    if (entity.type === 'bot_command') {
      const addressee = at < 0 ? own : part.slice(at).toLowerCase()
      if (addressee !== own) foreign ||= from === 0
      else {
        mentioned = true
        if (at >= 0) changes.push({ from: from + at, to, by: '' })
      }
    } else if (isMention(entity, part, own, me)) {
      mentioned = true
      changes.push({ from, to, by: '' })
    } else if (entity.type === 'text_link' && entity.url !== undefined && !part.includes(entity.url))
      changes.push({ from: to, to, by: ` (${entity.url})` })
  }
  return { text: changed(text, changes), mentioned, foreign }
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
