import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { wordsOf } from '../fakes/scripted-model.ts'
import { eventually, stage } from './gateway/stage.ts'

const team = -100500
const bob = { id: 2002, is_bot: false, first_name: 'Bob' }
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const mention = (text: string) => ({
  text,
  entities: [{ type: 'mention', offset: text.indexOf('@test_bot'), length: '@test_bot'.length }],
})

test('a text is answered in its chat, as a reply, and the menu of commands is set', async () => {
  await using scene = await stage()
  const { telegram, model } = scene
  const { message_id: id } = telegram.say('Hello there')
  const answer = await scene.shown('You said: Hello there')
  assert.equal(answer.chat, 1001)
  assert.equal(answer.replyTo, id)
  assert.equal(model.seen.length, 1)
  assert.ok(telegram.state.actions.some(({ action }) => action === 'typing'))
  const menu = await eventually(
    () => telegram.state.commands.length > 0 && (telegram.state.commands as readonly { command: string }[]),
    'the menu is set',
  )
  for (const name of ['help', 'stop', 'approve', 'again', 'status'])
    assert.ok(
      menu.some(({ command }) => command === name),
      name,
    )
})

test('in a group only who addresses the bot is answered; each topic is a conversation of its own', async () => {
  await using scene = await stage()
  const { telegram, model } = scene
  telegram.say('nobody is meant', {}, team)
  telegram.say('', mention('@test_bot the opening'), team)
  await scene.shown(/the opening/, { chat: team })
  telegram.say('', { ...mention('@test_bot in seven'), message_thread_id: 7, is_topic_message: true }, team)
  await scene.shown(/in seven/, { chat: team, thread: 7 })
  telegram.say('', { ...mention('@test_bot in eight'), message_thread_id: 8, is_topic_message: true }, team)
  await scene.shown(/in eight/, { chat: team, thread: 8 })
  assert.equal(model.seen.length, 3)
  for (const [index, words] of ['the opening', 'in seven', 'in eight'].entries()) {
    const { raw, last } = model.seen[index] ?? { raw: '', last: '' }
    assert.equal(last, `Alice Smith: ${words}`)
    for (const other of ['the opening', 'in seven', 'in eight', 'nobody is meant'])
      if (other !== words) assert.ok(!raw.includes(other), `${words} does not know ${other}`)
  }
})

test('an album is one turn, its pictures are parts of the question', async () => {
  await using scene = await stage()
  const { telegram, model } = scene
  for (const number of [1, 2, 3]) {
    const file_id = telegram.file(png, `photos/p${number}.png`)
    const photo = [{ file_id, file_unique_id: `u${number}`, width: 1, height: 1, file_size: png.length }]
    telegram.say('', { photo, media_group_id: 'a1', ...(number === 1 && { caption: 'What is this?' }) })
  }
  await scene.shown(/What is this/)
  assert.equal(model.seen.length, 1)
  const content = model.seen[0]?.messages.at(-1)?.content as readonly { type: string; image_url?: { url: string } }[]
  const pictures = content.filter(({ type }) => type === 'image_url')
  assert.equal(pictures.length, 3)
  // In the log a picture is a blob; only the request holds its bytes.
  assert.ok(pictures.every(({ image_url }) => image_url?.url.endsWith(png.toString('base64'))))
})

test('while nothing understands speech, a voice note is told so in one sentence, and no model is asked', async () => {
  await using scene = await stage()
  const { telegram, model } = scene
  const file_id = telegram.file(Buffer.from('OggS'), 'voice/v1.oga')
  telegram.say('', { voice: { file_id, file_unique_id: 'v', duration: 2, mime_type: 'audio/ogg', file_size: 4 } })
  await scene.shown(/no transcriber is set up; set voice\.model_name/)
  assert.equal(model.seen.length, 0)
})

test('a document lands in the workspace and is named; one that the model sends arrives', async () => {
  await using scene = await stage({
    answer({ last, lastRole }) {
      if (lastRole === 'tool') return `Sent: ${last}`
      const path = /\[file: (\S+)/.exec(last)?.[1]
      return path === undefined
        ? 'no file'
        : { calls: [{ name: 'send_file', input: { path, caption: 'Back to you' } }] }
    },
  })
  const { telegram, model, home } = scene
  const bytes = Buffer.from('name;sum\nAnna;12\n')
  const file_id = telegram.file(bytes, 'documents/sums.csv')
  telegram.say('', {
    document: { file_id, file_unique_id: 'd', file_name: 'sums.csv', mime_type: 'text/csv', file_size: bytes.length },
    caption: 'Please check',
  })
  const sent = await eventually(() => telegram.shown.find(({ file }) => file !== undefined), 'a file is shown')
  const path = /\[file: (\S+)/.exec(model.seen[0]?.last ?? '')?.[1] ?? ''
  assert.match(model.seen[0]?.last ?? '', /^Please check\n/)
  assert.deepEqual(readFileSync(join(home, 'workspace', path)), bytes)
  assert.deepEqual(sent.file?.bytes, bytes)
  assert.equal(sent.text, 'Back to you')
})

test('an answer grows while it is written, and ends as the whole of it', async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  await using scene = await stage({
    async *answer() {
      yield 'The first part of the answer, which is long enough. '
      await gates[0]?.promise
      yield 'Then **more** of it, as much again and then some. '
      await gates[1]?.promise
      yield 'The end.'
    },
  })
  const { telegram } = scene
  telegram.say('Tell me')
  const begun = await scene.shown(/^The first part/)
  gates[0]?.resolve()
  await eventually(() => begun.text.includes('Then more of it'), 'it grows')
  gates[1]?.resolve()
  await eventually(() => begun.text.endsWith('The end.'), 'it ends')
  assert.equal(telegram.shown.length, 1)
  assert.deepEqual(
    begun.entities.map((entity) => (entity as { type: string }).type),
    ['bold'],
  )
})

test('what a message answers is part of the question; words of others are told as such', async () => {
  await using scene = await stage()
  const { telegram, model } = scene
  telegram.say('Is that so?', {
    reply_to_message: {
      message_id: 7,
      date: 1,
      chat: { id: 1001, type: 'private' },
      from: bob,
      text: 'The moon is green.',
    },
  })
  await scene.shown(/Is that so/)
  const words = (model.seen[0]?.messages ?? []).map(wordsOf).join('\n')
  assert.match(words, /In answer to Bob: The moon is green\./)
  // Whoever wrote it is no one this turn trusts.
  const quoted = model.seen[0]?.messages.find((message) => wordsOf(message).includes('green'))
  assert.match(wordsOf(quoted), /outside|untrusted/i)
})

test('where it is wanted a long answer comes as its beginning and a file', async () => {
  const long = `# A long answer\n\n${'Word after word. '.repeat(700)}The end.`
  await using scene = await stage({
    answer: () => long,
    configure(config) {
      config.channel_list['telegram']!['file_above_chars'] = 8_000
    },
  })
  scene.telegram.say('tell me everything')
  await scene.shown(/whole answer is in the file/)
  const { file } = await eventually(() => scene.telegram.shown.find(({ file }) => file !== undefined), 'the file comes')
  assert.equal(file?.name, 'answer.md')
  assert.equal(file?.bytes.toString(), long)
  assert.equal(scene.telegram.shown.filter(({ text }) => text.includes('Word after word')).length, 1)
})

test('where it is wanted a placeholder stands in the chat until the answer replaces it, and nothing is typing', async () => {
  const gate = Promise.withResolvers<void>()
  await using scene = await stage({
    async answer({ last }) {
      await gate.promise
      return `You said: ${last}`
    },
    configure(config) {
      const telegram = config.channel_list['telegram']!
      telegram['placeholder'] = { enabled: true, text: ['One moment …'] }
      telegram['typing'] = { enabled: false }
    },
  })
  const { telegram } = scene
  telegram.say('hello')
  const { id } = await scene.shown(/One moment …/)
  gate.resolve()
  const answer = await scene.shown('You said: hello')
  assert.equal(answer.id, id)
  assert.deepEqual(
    telegram.shown.filter(({ text }) => text.includes('One moment')),
    [],
  )
  assert.deepEqual(telegram.state.actions, [])
})

test('a message that waits may still be changed or taken back', async () => {
  const gate = Promise.withResolvers<void>()
  await using scene = await stage({
    async answer({ last }) {
      if (last.includes('first')) await gate.promise
      return `You said: ${last}`
    },
    configure(config) {
      config.channel_list['telegram']!.allow_from = ['1001', '2002']
      config.agents.defaults['max_parallel_turns'] = 1
    },
  })
  const { telegram, model } = scene
  telegram.say('the first')
  await eventually(() => model.seen.length === 1, 'the first turn runs')
  telegram.state.chats.set(2002, { id: 2002, type: 'private', first_name: 'Bob' })
  const chat = { id: 2002, type: 'private' }
  const typo = telegram.say('helo', { from: bob }, 2002)
  await eventually(async () => telegram.pending.length === 0, 'it is stored')
  telegram.push({ edited_message: { ...typo, chat, edit_date: 2, text: 'hello' } })
  await eventually(async () => telegram.pending.length === 0, 'the change is stored')
  gate.resolve()
  await scene.shown('You said: hello', { chat: 2002 })
  assert.equal(model.seen.length, 2)
})

test('commands are obeyed without a model', async () => {
  await using scene = await stage()
  const { telegram, model } = scene
  telegram.say('/help')
  await scene.shown(/\/stop - /)
  telegram.say('/status')
  await scene.shown(/Channel telegram \(telegram\)/)
  telegram.say('/show model')
  await scene.shown(/Current model: m/)
  telegram.say('/usage')
  await scene.shown(/Today/)
  telegram.say('/list channels')
  await scene.shown(/telegram/)
  telegram.say('/again')
  await scene.shown(/Everything has arrived/)
  assert.equal(model.seen.length, 0)
  telegram.say('/unknown thing')
  await scene.shown(/unknown thing/)
  assert.equal(model.seen.length, 1)
})

test('what was said before is known after a restart', async () => {
  await using scene = await stage()
  const { telegram, model } = scene
  telegram.say('My cat is called Minka')
  await scene.shown(/Minka/)
  await scene.stop()
  telegram.say('What is she called?')
  await scene.start()
  await scene.shown(/What is she called/)
  assert.equal(model.seen.length, 2)
  assert.ok(model.seen[1]?.raw.includes('Minka'))
})
