import { EntityError, parseTelegramHtml } from './html.ts'
import { bad, Refused, type Call, type FakeChat, type Shown, type State, type Values } from './state.ts'

type Method = (state: State, call: Call) => unknown
const place = ['chat_id', 'message_thread_id', 'reply_parameters', 'disable_notification', 'reply_markup']
const caption = ['caption', 'parse_mode', 'caption_entities']
const media = { photo: 1, voice: 1, audio: 1, document: 1, video: 1, animation: 1 } as const
type MediaType = keyof typeof media

/** What a call may hold; anything else is a slip of the pen. */
const known: Readonly<Record<string, readonly string[]>> = {
  getMe: [],
  getUpdates: ['offset', 'limit', 'timeout', 'allowed_updates'],
  setWebhook: ['url', 'secret_token', 'allowed_updates', 'max_connections', 'drop_pending_updates'],
  deleteWebhook: ['drop_pending_updates'],
  getWebhookInfo: [],
  getMyCommands: ['scope', 'language_code'],
  setMyCommands: ['commands', 'scope', 'language_code'],
  sendMessage: [...place, 'text', 'parse_mode', 'entities', 'link_preview_options'],
  editMessageText: ['chat_id', 'message_id', 'text', 'parse_mode', 'entities', 'link_preview_options', 'reply_markup'],
  deleteMessage: ['chat_id', 'message_id'],
  sendChatAction: ['chat_id', 'message_thread_id', 'action'],
  setMessageReaction: ['chat_id', 'message_id', 'reaction', 'is_big'],
  getFile: ['file_id'],
  sendMediaGroup: [...place, 'media'],
  ...Object.fromEntries(Object.keys(media).map((type) => [methodOf(type), [...place, ...caption, type]])),
}

function methodOf(type: string): string {
  return `send${type.charAt(0).toUpperCase()}${type.slice(1)}`
}

function chatOf(state: State, { chat_id: id }: Values): FakeChat {
  if (typeof id !== 'number' && typeof id !== 'string') throw bad('chat_id is empty')
  const chat = state.chats.get(Number(id))
  if (!chat || chat.type === 'channel') throw bad('chat not found')
  if (chat.movedTo !== undefined)
    throw bad('group chat was upgraded to a supergroup chat', { migrate_to_chat_id: chat.movedTo })
  if (chat.blocked) throw new Refused(403, 'Forbidden: bot was blocked by the user')
  return chat
}

function threadOf(chat: FakeChat, { message_thread_id: thread }: Values): number | undefined {
  if (thread === undefined) return undefined
  if (!chat.topics?.includes(Number(thread))) throw bad('message thread not found')
  return Number(thread)
}

function textOf(values: Values, field: 'text' | 'caption', most: number): Pick<Shown, 'text' | 'entities'> {
  const given = values[field]
  if (given !== undefined && typeof given !== 'string') throw bad(`${field} must be a string`)
  const mode = values['parse_mode']
  if (mode !== undefined && mode !== 'HTML') throw bad('unsupported parse_mode')
  let parsed
  try {
    parsed = mode === 'HTML' ? parseTelegramHtml(given ?? '') : { text: given ?? '', entities: [] }
  } catch (error) {
    if (error instanceof EntityError) throw bad(`can't parse entities: ${error.message}`)
    throw error
  }
  if (parsed.text.length > most) throw bad(field === 'text' ? 'message is too long' : 'message caption is too long')
  return { text: parsed.text.trim(), entities: parsed.entities }
}

function replyOf(state: State, { reply_parameters: given }: Values): number | undefined {
  if (given === undefined) return undefined
  if (typeof given !== 'object' || given === null) throw bad("can't parse reply parameters JSON object")
  const { message_id: id, allow_sending_without_reply: anyway } = given as Values
  if (typeof id !== 'number') throw bad('message_id of the reply is empty')
  if (id < state.nextMessage) return id
  if (anyway !== true) throw bad('message to be replied not found')
  return undefined
}

function keep(
  state: State,
  values: Values,
  content: Omit<Shown, 'chat' | 'id' | 'edits' | 'thread' | 'replyTo'>,
): Shown {
  const chat = chatOf(state, values)
  const thread = threadOf(chat, values)
  const replyTo = replyOf(state, values)
  const shown: Shown = {
    chat: chat.id,
    id: state.nextMessage++,
    edits: 0,
    ...content,
    ...(thread !== undefined && { thread }),
    ...(replyTo !== undefined && { replyTo }),
  }
  state.shown.push(shown)
  return shown
}

const answerOf = (state: State, { chat, id, text, entities, file }: Shown) => ({
  message_id: id,
  from: state.me,
  date: 1_700_000_000,
  chat: { id: chat, type: state.chats.get(chat)?.type },
  ...(file ? { [file.type]: { file_id: `sent-${id}` }, caption: text } : { text, entities }),
})

function sendMedia(type: MediaType): Method {
  return (state, { values, files }) => {
    // A file comes under the name of its field, or under the name that the field tells.
    const file = files[type] ?? files[String(values[type]).replace('attach://', '')]
    if (!file) throw bad(`there is no ${type} in the request`)
    if (type === 'photo' && file.bytes.subarray(0, 4).toString() === 'ODD!') throw bad('PHOTO_INVALID_DIMENSIONS')
    return answerOf(state, keep(state, values, { ...textOf(values, 'caption', 1_024), file: { type, ...file } }))
  }
}

const methods: Readonly<Record<string, Method>> = {
  getMe: ({ me }) => me,
  getMyCommands: ({ commands }) => commands,
  setMyCommands(state, { values: { commands } }) {
    if (!Array.isArray(commands)) throw bad("can't parse commands")
    for (const { command, description } of commands as readonly { command: unknown; description: unknown }[]) {
      if (typeof command !== 'string' || !/^[a-z\d_]{1,32}$/.test(command)) throw bad('BOT_COMMAND_INVALID')
      if (typeof description !== 'string' || description === '' || description.length > 256)
        throw bad('BOT_COMMAND_DESCRIPTION_INVALID')
    }
    state.commands = commands as readonly object[]
    return true
  },
  setWebhook(state, { values: { url, secret_token: secret = '' } }) {
    if (typeof url !== 'string' || !URL.canParse(url)) throw bad('bad webhook: invalid URL')
    if (!/^[\w-]{0,256}$/.test(String(secret))) throw bad('secret token contains unallowed characters')
    state.webhook = { url, secret: String(secret) }
    return true
  },
  deleteWebhook(state) {
    state.webhook = undefined
    return true
  },
  getWebhookInfo: ({ webhook, webhookTrouble }) => ({
    url: webhook?.url ?? '',
    has_custom_certificate: false,
    pending_update_count: 0,
    ...webhookTrouble,
  }),
  sendMessage(state, { values }) {
    const content = textOf(values, 'text', 4_096)
    if (content.text === '') throw bad('message text is empty')
    return answerOf(state, keep(state, values, content))
  },
  editMessageText(state, { values }) {
    const chat = chatOf(state, values)
    if (typeof values['message_id'] !== 'number') throw bad('message identifier is not specified')
    const shown = state.shown.find(({ chat: at, id }) => at === chat.id && id === values['message_id'])
    if (!shown) throw bad('message to edit not found')
    const content = textOf(values, 'text', 4_096)
    if (content.text === '') throw bad('message text is empty')
    if (shown.text === content.text && JSON.stringify(shown.entities) === JSON.stringify(content.entities))
      throw bad('message is not modified: specified new message content and reply markup are exactly the same')
    Object.assign(shown, content, { edits: shown.edits + 1 })
    return answerOf(state, shown)
  },
  deleteMessage(state, { values }) {
    const at = state.shown.findIndex(({ id }) => id === values['message_id'])
    if (at < 0) throw bad('message to delete not found')
    state.shown.splice(at, 1)
    return true
  },
  sendChatAction(state, { values }) {
    threadOf(chatOf(state, values), values)
    if (!['typing', 'upload_document', 'record_voice'].includes(String(values['action']))) throw bad('wrong action')
    state.actions.push(values)
    return true
  },
  setMessageReaction(state, { values }) {
    chatOf(state, values)
    if (!Array.isArray(values['reaction'])) throw bad("can't parse reaction")
    state.reactions.push(values)
    return true
  },
  getFile(state, { values: { file_id: id } }) {
    const file = state.files.get(String(id))
    if (!file) throw bad('wrong file_id or the file is temporarily unavailable')
    return { file_id: id, file_unique_id: `u${String(id)}`, file_size: file.bytes.length, file_path: file.path }
  },
  sendMediaGroup(state, { values, files }) {
    const items = values['media']
    if (!Array.isArray(items) || items.length < 2 || items.length > 10) throw bad('wrong number of media')
    return (items as readonly Values[]).map((item) => {
      const { type, media: name } = item
      const file = files[String(name).replace('attach://', '')]
      if (!file || !Object.hasOwn(media, String(type))) throw bad('wrong media in the group')
      const content = textOf(item, 'caption', 1_024)
      return answerOf(state, keep(state, values, { ...content, album: 'g1', file: { type: String(type), ...file } }))
    })
  },
  ...Object.fromEntries((Object.keys(media) as MediaType[]).map((type) => [methodOf(type), sendMedia(type)])),
}

/** Does what a call asks for. Throws what the service would refuse. */
export function perform(state: State, call: Call): unknown {
  const method = Object.hasOwn(methods, call.method) ? methods[call.method] : undefined
  if (!method) throw new Refused(404, 'Not Found: method not found')
  const strange = Object.keys(call.values).filter((name) => name !== 'method' && !known[call.method]?.includes(name))
  if (strange.length > 0) throw bad(`unknown fields ${strange.join(', ')}`)
  return method(state, call)
}
