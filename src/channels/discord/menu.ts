import { createHash } from 'node:crypto'
import type { MenuCommand } from '../../core/channel.ts'
import type { NoteStore } from '../../core/store.ts'
import type { Rest } from './rest.ts'

/** Tells Discord the slash commands of the bot's application, where they differ from what was told last. Each takes one line of words. */
export async function publishMenu(
  commands: readonly MenuCommand[],
  {
    application,
    rest,
    notes,
    name,
  }: {
    readonly application: string
    readonly rest: Rest
    readonly notes: Pick<NoteStore, 'get' | 'put'>
    readonly name: string
  },
): Promise<void> {
  const body = commands
    .filter(({ name: command }) => /^[-_'\p{Ll}\p{Lo}\p{N}]{1,32}$/u.test(command))
    .slice(0, 100)
    .map(({ name: command, summary }) => ({
      name: command,
      type: 1,
      description: summary.slice(0, 100) || command,
      options: [{ type: 3, name: 'args', description: 'What else to say to it', required: false }],
    }))
  const told = createHash('sha256')
    .update(JSON.stringify([application, body]))
    .digest('hex')
  const note = `discord:${name}:menu`
  if ((await notes.get(note)) === told) return
  await rest.request('PUT', `/applications/${application}/commands`, { body })
  await notes.put(note, told)
}
