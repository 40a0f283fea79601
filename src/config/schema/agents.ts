import * as z from 'zod/mini'
import * as f from './fields.ts'

const routing = f.maybeSection('A cheaper model for easy questions.', {
  enabled: f.flag(false, 'Use it.'),
  light_model: f.text('The cheaper model.'),
  threshold: f.ratio(0, 'Score from 0 to 1 below which the cheaper model answers; 0 is 0.35.'),
})

const block = (meaning: string) =>
  f.maybeSection(meaning, {
    mode: f.text('default, off or custom.'),
    allow: f.list('What stays in custom mode.'),
  })

const defaults = f.section('What holds for every agent.', {
  workspace: f.path('Folder with AGENT.md, memory and skills.'),
  restrict_to_workspace: f.flag(true, 'File tools stay inside the workspace.'),
  allow_read_outside_workspace: f.flag(false, 'Reading outside the workspace is allowed.'),
  provider: f.text('Vendor of model names without one.'),
  model_name: f.text('The model to ask first.'),
  model_fallbacks: f.list('Models to ask when it fails, in order.'),
  image_model: f.text('Model for messages with pictures.'),
  image_model_fallbacks: f.list('Models to ask when the picture model fails.'),
  max_tokens: f.positive(32768, 'Longest answer in tokens.', 8192),
  context_window: f.whole(0, 'Tokens a request may hold; 0 is four times max_tokens.'),
  temperature: f.amount('How freely the model chooses its words; unset is 0.7.'),
  max_tool_iterations: f.positive(50, 'Rounds of tool calls in one turn.', 20),
  summarize_message_threshold: f.whole(20, 'Messages after which the history is summarised.'),
  summarize_token_percent: f.whole(75, 'Share of the context window after which the history is summarised.', 0, 100),
  max_media_size: f.positive(20 * 1024 * 1024, 'Largest attachment in bytes.'),
  routing,
  steering_mode: f.choice(
    ['one-at-a-time', 'all'],
    'one-at-a-time',
    'How messages that arrive during a turn are taken in.',
  ),
  max_parallel_turns: f.whole(0, 'Turns at a time in the whole process; 0 is no limit.'),
  subturn: f.section('Limits of sub-agents; 0 is the built-in limit.', {
    max_depth: f.whole(0, 'Sub-agents of sub-agents.'),
    max_concurrent: f.whole(0, 'Sub-agents at a time.'),
    default_timeout_minutes: f.whole(0, 'Minutes for one sub-agent.'),
    default_token_budget: f.whole(0, 'Tokens for one sub-agent.'),
    concurrency_timeout_sec: f.whole(0, 'Seconds to wait for a free place.'),
  }),
  tool_feedback: f.section('A line in the chat for each tool call.', {
    enabled: f.flag(false, 'Show it.'),
    max_args_length: f.whole(300, 'Characters of the arguments shown.'),
    separate_messages: f.flag(false, 'One message for each call.'),
  }),
  split_on_marker: f.flag(false, 'The model may cut its answer into several messages.'),
  context_manager: f.text('Another way to keep the context.'),
  context_manager_config: f.free('Its settings.'),
  turn_profile: f.maybeSection('Leaves parts out of the prompt.', {
    enabled: f.flag(false, 'Do it.'),
    history: block('The history.'),
    system_prompt: block('The system prompt.'),
    skills: block('The skills.'),
    tools: block('The tools.'),
  }),
  max_llm_retries: f.positive(2, 'More rounds through the chain when everything failed for a moment.'),
  llm_retry_backoff_secs: f.positive(2, 'Seconds before such a round; doubled for the next.'),
})

/** A model and what to ask when it fails; without `fallbacks` those of the defaults count. */
const agentModel = f.maybeSection('The model of this agent.', {
  primary: f.text('The model to ask first.'),
  fallbacks: f.maybeList('Models to ask when it fails; an empty list means none.'),
})

const agent = f.item('One agent.', {
  id: f.needed('Its id.'),
  default: f.maybeFlag('Answers when no rule says who.'),
  name: f.text('Its name.'),
  workspace: f.path('Its own workspace.'),
  model: agentModel,
  skills: f.maybeList('The skills it may use; unset is all.'),
  subagents: f.maybeSection('Its sub-agents.', {
    allow_agents: f.list('Agents it may call.'),
    model: agentModel,
  }),
})

const rule = f.item('Which agent gets a message.', {
  name: f.text('A name for people.'),
  agent: f.needed('The agent’s id.'),
  when: f.section('All that is given must fit.', {
    channel: f.text('Channel.'),
    account: f.text('Account of the channel.'),
    space: f.text('kind:id of the guild, team or workspace.'),
    chat: f.text('kind:id of the chat.'),
    topic: f.text('Topic or thread.'),
    sender: f.text('Who wrote.'),
    mentioned: f.maybeFlag('The bot was addressed.'),
  }),
  session_dimensions: f.maybeList('What tells sessions apart.'),
})

const binding = f.item('Which agent gets a message, in the old form.', {
  agent_id: f.text('The agent’s id.'),
  match: f.section('All that is given must fit.', {
    channel: f.text('Channel.'),
    account_id: f.text('Account of the channel; * is any.'),
    peer: f.maybeSection('Who, or what chat.', {
      kind: f.text('direct, group or channel.'),
      id: f.text('The id.'),
    }),
    guild_id: f.text('Guild.'),
    team_id: f.text('Team.'),
  }),
})
export type Binding = z.output<typeof binding>
export type DispatchRule = z.output<typeof rule>

export const agents = {
  bindings: f.items('Old form of agents.dispatch.rules.', binding),
  agents: f.section('Agents and what they share.', {
    defaults,
    list: f.items('Several agents, each with its own model or workspace.', agent),
    dispatch: f.section('Who answers what.', {
      rules: f.items('The first rule that fits counts.', rule),
    }),
  }),
  session: f.section('How messages become sessions.', {
    dm_scope: f.choice(
      ['main', 'per-peer', 'per-channel-peer', 'per-account-channel-peer'],
      'per-channel-peer',
      'What tells direct chats apart.',
      { also: { 'per-channel': 'per-channel-peer', global: 'main' } },
    ),
    dimensions: f.maybeList('The same in files of version 3: space, chat, topic, sender.'),
    identity_links: f.named(
      'One person under several ids: name → channel:id.',
      z.array(z.string()).register(f.facts, { meaning: 'The ids of one person.', loose: true }),
    ),
  }),
  owners: f.list('Who may confirm pairing, approve and change things: channel:id.'),
}
