import { firstWord, reply, type SlashCommand, unavailable } from './command.ts'

const useUsage = '/use <skill> [message]'
const btwUsage = '/btw <question>'

/** Commands about the conversation itself. */
export const talk = {
  start: {
    usage: '/start',
    summary: 'says hello',
    run: async () => reply('Hello! I am picoclaw 🦞. Ask me anything; /help shows what else I can do.'),
  },
  clear: {
    aliases: ['new', 'reset'],
    usage: '/clear',
    summary: 'begins the conversation anew; what was said stays searchable',
    async run(_, { services, session }) {
      if (!services.clear) return unavailable
      await services.clear(session)
      return reply('A new conversation begins. What was said before is no longer sent to the model.')
    },
  },
  use: {
    usage: useUsage,
    summary: 'answers with a skill; alone it holds for your next message, "/use off" takes that back',
    async run(argument, { services, session, agent }) {
      const { word, rest } = firstWord(argument)
      if (word === '') return reply(`Usage: ${useUsage}`)
      if (word === 'off' || word === 'clear') {
        await services.arm?.(session, undefined)
        return reply('Your next message uses no particular skill.')
      }
      const known = await services.skills?.(agent)
      if (known && !known.includes(word))
        return reply(`There is no skill named ${word}. /list skills shows those that are there.`)
      if (rest !== '') return { type: 'pass', text: rest, skills: [word] }
      if (!services.arm) return unavailable
      await services.arm(session, word)
      return reply(`Your next message uses the skill ${word}. "/use off" takes that back.`)
    },
  },
  btw: {
    usage: btwUsage,
    summary: 'asks beside the conversation; nothing of it is remembered',
    async run(argument, { services, session, agent, signal }) {
      if (argument === '') return reply(`Usage: ${btwUsage}`)
      if (!services.side) return unavailable
      return reply(await services.side(session, agent, argument, signal))
    },
  },
  context: {
    usage: '/context',
    summary: 'how full the model’s window is',
    run: async (_, { services, session, agent }) =>
      services.context ? reply(await services.context(session, agent)) : unavailable,
  },
  again: {
    usage: '/again',
    summary: 'sends once more what may not have arrived',
    async run(_, { services, session, at }) {
      if (!services.again) return unavailable
      const sent = await services.again(session, at)
      return reply(sent === 0 ? 'Everything has arrived, as far as I know.' : `Sent once more: ${sent}.`)
    },
  },
} as const satisfies Record<string, SlashCommand>
