import { type CommandContext, type CommandResult, firstWord, reply, type SlashCommand, unavailable } from './command.ts'
import type { McpToolFacts } from './services.ts'

type Option = (rest: string, context: CommandContext) => Promise<CommandResult>

/** A command whose first word says what; an unknown one is told the usage. */
async function choose(
  options: Readonly<Record<string, Option>>,
  usage: string,
  argument: string,
  context: CommandContext,
): Promise<CommandResult> {
  const { word, rest } = firstWord(argument)
  const option = options[word.toLowerCase()]
  if (option) return option(rest, context)
  return reply(word === '' ? `Usage: ${usage}` : `There is no "${word}" here. Usage: ${usage}`)
}

const bullets = (head: string, items: readonly string[], none: string) =>
  reply(items.length === 0 ? none : [head, ...items.map((item) => `- ${item}`)].join('\n'))

async function currentModel({ services, session, agent }: CommandContext): Promise<CommandResult> {
  const facts = await services.model?.(session, agent)
  if (!facts) return unavailable
  const then = facts.fallbacks.length > 0 ? `, then ${facts.fallbacks.join(', ')}` : ''
  return reply(`Current model: ${facts.name} (${facts.vendor})${then}`)
}

const agents: Option = async (_, { services }) =>
  services.agents ? reply(`Agents: ${services.agents().join(', ')}`) : unavailable

const shown: Readonly<Record<string, Option>> = {
  model: async (_, context) => currentModel(context),
  channel: async (_, { at }) => reply(`This is the channel ${at.channel}.`),
  agents,
  async mcp(name, { services }) {
    if (name === '') return reply('Usage: /show mcp <server>')
    const tools = await services.mcpTools?.(name)
    return tools
      ? bullets(`Tools of ${name}:`, tools.map(described), `${name} offers no tools.`)
      : reply(`There is no MCP server named ${name}, or it is not connected.`)
  },
}

function described({ name, description, parameters }: McpToolFacts): string {
  const list = parameters.map(({ name: parameter, required }) => (required ? `${parameter} (needed)` : parameter))
  return `${name}${description ? `: ${description}` : ''}${list.length > 0 ? `\n  ${list.join(', ')}` : ''}`
}

const listed: Readonly<Record<string, Option>> = {
  async models(_, { services, session, agent }) {
    const facts = await services.model?.(session, agent)
    if (!facts) return unavailable
    return bullets(
      `Models (now ${facts.name}):`,
      facts.names,
      'No model is configured. See "picoclaw models add" in the terminal.',
    )
  },
  channels: async (_, { services }) =>
    services.channels ? bullets('Channels that are on:', services.channels(), 'No channel is on.') : unavailable,
  agents,
  async skills(_, { services, agent }) {
    const skills = await services.skills?.(agent)
    return skills
      ? bullets('Skills (use one with "/use <skill> <message>"):', skills, 'No skill is installed.')
      : unavailable
  },
  mcp: async (_, { services }) =>
    services.mcp
      ? bullets(
          'MCP servers:',
          services.mcp().map(({ name, enabled, connected, deferred, tools, why }) => {
            const state = !enabled
              ? 'off'
              : connected
                ? `connected, ${tools ?? 0} tools`
                : `not connected${why ? `: ${why}` : ''}`
            return `${name}: ${state}${deferred ? ', found by search' : ''}`
          }),
          'No MCP server is configured.',
        )
      : unavailable,
}

const showUsage = '/show model|channel|agents|mcp <server>'
const listUsage = '/list models|channels|agents|skills|mcp'
const switchUsage = '/switch model to <name>'
const checkUsage = '/check channel <name>'

async function switchTo(name: string, { services, session, agent }: CommandContext): Promise<CommandResult> {
  if (!services.switchModel) return unavailable
  const before = await services.switchModel(session, agent, name)
  return reply(`This conversation asked ${before} so far; from now on it asks ${name}.`)
}

/** Commands that tell how things are, and those that change the model. */
export const show = {
  show: {
    usage: showUsage,
    summary: 'tells what is in use',
    run: (argument, context) => choose(shown, showUsage, argument, context),
  },
  list: {
    usage: listUsage,
    summary: 'lists what there is',
    run: (argument, context) => choose(listed, listUsage, argument, context),
  },
  model: {
    usage: '/model [name]',
    summary: 'tells the model of this conversation, or changes it',
    owner: (argument) => argument !== '',
    run: (argument, context) => (argument === '' ? currentModel(context) : switchTo(argument, context)),
  },
  switch: {
    usage: switchUsage,
    summary: 'changes the model of this conversation',
    owner: true,
    async run(argument, context) {
      const [what, to, ...name] = argument.split(/\s+/)
      if (what?.toLowerCase() === 'channel') return reply(`Channels are not switched. Usage: ${checkUsage}`)
      if (what?.toLowerCase() !== 'model' || to?.toLowerCase() !== 'to' || name.length === 0)
        return reply(`Usage: ${switchUsage}`)
      return switchTo(name.join(' '), context)
    },
  },
  check: {
    usage: checkUsage,
    summary: 'tells whether a channel is on',
    async run(argument, { services }) {
      const { word, rest } = firstWord(argument)
      if (word.toLowerCase() !== 'channel' || rest === '') return reply(`Usage: ${checkUsage}`)
      if (!services.channels) return unavailable
      const on = services.channels().includes(rest)
      return reply(
        on ? `The channel ${rest} is there and enabled.` : `The channel ${rest} is not there or not enabled.`,
      )
    },
  },
} as const satisfies Record<string, SlashCommand>
