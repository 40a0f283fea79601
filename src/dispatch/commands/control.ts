import { firstWord, reply, type SlashCommand, unavailable } from './command.ts'

const told = (what: readonly string[]) =>
  what.length === 1 ? `Stopped: ${what[0]}` : `Stopped ${what.length}:\n${what.map((line) => `- ${line}`).join('\n')}`

const decision = (verdict: 'given' | 'denied'): SlashCommand['run'] =>
  async function decide(argument, { services, role, sender, at }) {
    const { word, rest } = firstWord(argument)
    if (word === '') return reply(`Usage: /${verdict === 'given' ? 'approve' : 'deny'} <code>`)
    if (!services.decide) return unavailable
    return reply(
      await services.decide(word, verdict, rest.trim().toLowerCase() === 'always', {
        id: `${at.channel}:${sender.id}`,
        role,
      }),
    )
  }

/** Commands that are obeyed at once. */
export const control = {
  stop: {
    usage: '/stop',
    summary: 'ends everything that runs for this chat',
    control: true,
    async run(_, { services, session }) {
      if (!services.stop) return unavailable
      const ended = services.stop(session)
      return reply(ended.length === 0 ? 'Nothing is running here.' : told(ended))
    },
  },
  panic: {
    usage: '/panic',
    summary: 'ends everything everywhere',
    owner: true,
    control: true,
    async run(_, { services }) {
      if (!services.panic) return unavailable
      const ended = services.panic()
      return reply(ended.length === 0 ? 'Nothing is running anywhere.' : told(ended))
    },
  },
  approve: {
    usage: '/approve <code> [always]',
    summary: 'allows what was asked, once; "always" allows the same for a day in this conversation',
    owner: true,
    control: true,
    run: decision('given'),
  },
  deny: {
    usage: '/deny <code>',
    summary: 'forbids what was asked',
    owner: true,
    control: true,
    run: decision('denied'),
  },
} as const satisfies Record<string, SlashCommand>
