import { reply, type SlashCommand, unavailable } from './command.ts'

/** Commands about the house: what runs, what it costs, why. */
export const house = {
  status: {
    usage: '/status',
    summary: 'what is up and what is not',
    run: async (_, { services }) => (services.status ? reply(await services.status()) : unavailable),
  },
  subagents: {
    usage: '/subagents',
    summary: 'what runs in the background for this chat',
    run: async (_, { services, session }) => (services.subagents ? reply(services.subagents(session)) : unavailable),
  },
  usage: {
    usage: '/usage [today|week|month]',
    summary: 'what was spent',
    run: async (argument, { services, session, role }) =>
      services.usage ? reply(await services.usage(argument, session, role)) : unavailable,
  },
  budget: {
    usage: '/budget [+dollars]',
    summary: 'what may still be spent; +5 raises today’s cap by 5 dollars',
    owner: (argument) => argument !== '',
    run: async (argument, { services, session }) =>
      services.budget ? reply(await services.budget(argument, session)) : unavailable,
  },
  why: {
    usage: '/why [turn]',
    summary: 'how the last answer came about',
    run: async (argument, { services, session, role }) =>
      services.why ? reply(await services.why(argument, session, role)) : unavailable,
  },
  reload: {
    usage: '/reload',
    summary: 'reads the configuration again',
    owner: true,
    async run(_, { services }) {
      if (!services.reload) return unavailable
      await services.reload()
      return reply('The configuration was read again.')
    },
  },
  pair: {
    usage: '/pair <code> [owner]',
    summary: 'lets a person in who got a code',
    owner: true,
    run: async (argument, { services, sender, at }) =>
      services.pair ? reply(await services.pair(argument, { id: `${at.channel}:${sender.id}` })) : unavailable,
  },
} as const satisfies Record<string, SlashCommand>
