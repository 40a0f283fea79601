import assert from 'node:assert/strict'
import { type Message, type ToolResultPart, userText } from '../../../src/core/message.ts'
import type { Each } from '../store.ts'

const said = (text: string): Message => ({ role: 'assistant', parts: [{ type: 'text', text }], by: 'v/m' })

export function conversations(each: Each): void {
  each('messages come back as they went in, numbered from 1 without gaps', async ({ sessions }) => {
    await sessions.append('s', 't1', 10, [userText('a "quoted" 🦞'), said('b')])
    await sessions.append('s', 't2', 20, [userText('c')])
    await sessions.append('other', 't3', 15, [userText('x')])
    const log = await sessions.read('s')
    assert.deepEqual(
      log.map(({ seq, at, turn }) => [seq, at, turn]),
      [
        [1, 10, 't1'],
        [2, 10, 't1'],
        [3, 20, 't2'],
      ],
    )
    assert.deepEqual(
      log.map((entry) => entry.message),
      [userText('a "quoted" 🦞'), said('b'), userText('c')],
    )
  })

  each('a part of a log can be read', async ({ sessions }) => {
    await sessions.append('s', 't', 1, ['1', '2', '3', '4'].map(userText))
    const seqs = async (range: Parameters<typeof sessions.read>[1]) =>
      (await sessions.read('s', range)).map(({ seq }) => seq)
    assert.deepEqual(await seqs({ after: 2 }), [3, 4])
    assert.deepEqual(await seqs({ last: 1 }), [4])
    assert.deepEqual(await seqs({ last: 9 }), [1, 2, 3, 4])
    assert.deepEqual(await seqs({ after: 3, last: 3 }), [4])
    assert.deepEqual(await sessions.read('nobody'), [])
  })

  each('sessions are listed newest first, with the first question as title', async ({ sessions }) => {
    await sessions.append('old', 't', 1, [userText('first\n question')])
    await sessions.append('new', 't', 2, [said('no question')])
    await sessions.append('old', 't', 3, [userText('second question')])
    assert.deepEqual(await sessions.list(), [
      { key: 'old', title: 'first question', messages: 2, createdAt: 1, updatedAt: 3 },
      { key: 'new', messages: 1, createdAt: 2, updatedAt: 2 },
    ])
    assert.deepEqual(
      (await sessions.list({ limit: 1, offset: 1 })).map(({ key }) => key),
      ['new'],
    )
    assert.equal((await sessions.info('old'))?.messages, 2)
    assert.equal(await sessions.info('nobody'), undefined)
  })

  each('a removed session is gone whole', async ({ sessions }) => {
    await sessions.append('s', 't', 1, [userText('a')])
    assert.equal(await sessions.remove('s'), true)
    assert.equal(await sessions.remove('s'), false)
    assert.deepEqual(await sessions.read('s'), [])
    assert.deepEqual(await sessions.list(), [])
  })

  each('an append of nothing makes no session', async ({ sessions }) => {
    await sessions.append('s', 't', 1, [])
    assert.equal(await sessions.info('s'), undefined)
  })

  each('two processes write one log without gaps', async ({ sessions }, { other }) => {
    const write = (store: typeof sessions, name: string) =>
      Promise.all(Array.from({ length: 10 }, (_, turn) => store.append('s', `${name}${turn}`, turn, [userText(name)])))
    await Promise.all([write(sessions, 'a'), write(other.sessions, 'b')])
    assert.deepEqual(
      (await sessions.read('s')).map(({ seq }) => seq),
      Array.from({ length: 20 }, (_, index) => index + 1),
    )
  })

  each('the messages of one turn are found by it', async ({ sessions }) => {
    await sessions.append('s', 't1', 1, [userText('a')])
    await sessions.append('s', 't2', 2, [userText('b')])
    await sessions.append('s', 't1', 3, [said('c')])
    assert.deepEqual(
      (await sessions.ofTurn('t1')).map(({ seq, at, turn, message }) => [seq, at, turn, message]),
      [
        [1, 1, 't1', userText('a')],
        [3, 3, 't1', said('c')],
      ],
    )
    assert.deepEqual(await sessions.ofTurn('nobody'), [])
  })

  each('a search finds what a person, the model or a tool said, in all sessions or one', async ({ sessions }) => {
    await sessions.append('a', 't', 7, [
      { role: 'system', parts: [{ type: 'text', text: 'lobster of the system' }] },
      userText('Where is the lobster?'),
      {
        role: 'assistant',
        parts: [
          { type: 'thinking', text: 'a thought of lobster' },
          { type: 'text', text: 'I look.' },
          { type: 'tool-call', id: '1', name: 'look', input: { for: 'lobster' } },
        ],
      },
      {
        role: 'tool',
        parts: [
          {
            type: 'tool-result',
            id: '1',
            name: 'look',
            content: [{ type: 'text', text: 'lobster: kitchen' }],
            isError: false,
          },
        ],
      },
    ])
    await sessions.append('b', 't', 8, [said('No lobster here.')])
    const found = async (query: string, options?: Parameters<typeof sessions.search>[1]) =>
      (await sessions.search(query, options)).map(({ session, seq, role }) => `${session}${seq} ${role}`).sort()
    assert.deepEqual(await found('lobster'), ['a2 user', 'a4 tool', 'b1 assistant'])
    assert.deepEqual(await found('LOBSTER kitchen'), ['a4 tool'])
    assert.deepEqual(await found('lobster', { session: 'b' }), ['b1 assistant'])
    assert.deepEqual(await found('lobster', { session: 'nobody' }), [])
    assert.equal((await found('lobster', { limit: 2 })).length, 2)
    assert.deepEqual(await found('kitchen here'), [])
    const [hit] = await sessions.search('kitchen')
    assert.deepEqual(hit, { session: 'a', seq: 4, at: 7, role: 'tool', excerpt: 'lobster: kitchen' })
  })

  each('a hit tells whose words it has, when they are not those of people every turn trusts', async ({ sessions }) => {
    const result = (id: string, outside?: string): ToolResultPart => ({
      type: 'tool-result',
      id,
      name: 'look',
      content: [{ type: 'text', text: 'lobster' }],
      isError: false,
      ...(outside !== undefined && { outside }),
    })
    await sessions.append('s', 't', 1, [
      userText('lobster'),
      { ...userText('lobster'), outside: 'person:Eve' },
      { ...userText('lobster'), speaker: 'fake:2' },
      { role: 'tool', parts: [result('1'), result('2', 'web')] },
      { role: 'tool', parts: [result('3')] },
      said('lobster'),
    ])
    const hits = (await sessions.search('lobster')).toSorted((left, right) => left.seq - right.seq)
    assert.deepEqual(
      hits.map(({ seq, outside, speaker }) => ({ seq, ...(outside && { outside }), ...(speaker && { speaker }) })),
      [
        { seq: 1 },
        { seq: 2, outside: 'person:Eve' },
        { seq: 3, speaker: 'fake:2' },
        { seq: 4, outside: 'web' },
        { seq: 5 },
        { seq: 6 },
      ],
    )
  })

  each('the best match comes first', async ({ sessions }) => {
    await sessions.append('s', 't', 1, [
      userText('The word lobster once among many other words that have nothing to do with it at all.'),
      userText('lobster lobster lobster'),
      userText('Something else.'),
      userText('Nothing at all.'),
      userText('Nothing again.'),
    ])
    assert.deepEqual(
      (await sessions.search('lobster')).map(({ seq }) => seq),
      [2, 1],
    )
  })

  each('words are found in every script, by their beginning, without case and accents', async ({ sessions }) => {
    const texts = [
      'Das Café öffnet um 9, sagt Müller.',
      '明日は東京に行きます。',
      '我们在北京开会',
      '안녕하세요 서울에서 만나요',
      'ราคาอาหารในกรุงเทพ',
      'Привет, Ёжик',
      'The deployment of main.go failed with EACCES',
    ]
    await sessions.append('s', 't', 1, texts.map(userText))
    const found = async (query: string) => (await sessions.search(query)).map(({ seq }) => seq)
    assert.deepEqual(await found('cafe MULLER'), [1])
    assert.deepEqual(await found('café'), [1])
    assert.deepEqual(await found('東京'), [2])
    assert.deepEqual(new Set(await found('京')), new Set([2, 3]))
    assert.deepEqual(await found('北京'), [3])
    assert.deepEqual(await found('京東'), [], 'the letters of a word stand side by side')
    assert.deepEqual(await found('서울'), [4])
    assert.deepEqual(await found('กรุงเทพ'), [5])
    assert.deepEqual(await found('ежик'), [6])
    assert.deepEqual(await found('deploy'), [7])
    assert.deepEqual(await found('de'), [], 'a short word must fit whole')
    assert.deepEqual(await found('main.go'), [7])
    assert.deepEqual(await found('go.main'), [])
  })

  each('nothing in a query is taken as syntax', async ({ sessions }) => {
    await sessions.append('s', 't', 1, [
      userText('cats and dogs'),
      userText('only cats'),
      userText('near miss, or not'),
    ])
    const found = async (query: string) => (await sessions.search(query)).map(({ seq }) => seq)
    for (const query of ['', '   ', '"', '*', '()', '-', '^', ':', "'", '\\', '\u0000', '🦞'])
      assert.deepEqual(await found(query), [])
    assert.deepEqual(await found('cats OR dogs'), [], 'all words must occur, this one too')
    assert.deepEqual(await found('cats NOT dogs'), [])
    assert.deepEqual(await found('cats AND dogs'), [1])
    assert.deepEqual(await found('NEAR(miss'), [3])
    assert.deepEqual(await found('"cats" and) dogs* -'), [1])
    assert.deepEqual(await found('words: cats'), [])
    assert.deepEqual(await found("cats'; DROP TABLE message; --"), [])
    assert.equal((await sessions.read('s')).length, 3)
  })

  each('an excerpt is short and shows the place', async ({ sessions }) => {
    const filling = 'nothing 🦞 of interest, '.repeat(200)
    await sessions.append('s', 't', 1, [userText(`${filling}the needle\n\n here ${filling}`)])
    const [hit] = await sessions.search('needle')
    assert.match(hit?.excerpt ?? '', /^….*the needle here nothing.*…$/su)
    assert.ok((hit?.excerpt.length ?? 0) <= 200)
    assert.ok(hit?.excerpt.isWellFormed())
  })

  each('a removed session is not found any more, its neighbours are', async ({ sessions }) => {
    for (const key of ['a', 'b', 'c']) await sessions.append(key, 't', 1, [userText('lobster')])
    await sessions.change('b', { summary: 'x' })
    await sessions.remove('b')
    await sessions.append('d', 't', 1, [userText('lobster')])
    assert.deepEqual((await sessions.search('lobster')).map(({ session }) => session).sort(), ['a', 'c', 'd'])
    await sessions.remove('d')
    await sessions.append('b', 't', 1, [userText('another')])
    assert.deepEqual(await sessions.search('lobster', { session: 'b' }), [], 'the place of the youngest is taken clean')
    assert.deepEqual(await sessions.state('b'), {})
  })

  each('what is kept beside a log is changed key by key', async ({ sessions }, { other }) => {
    assert.deepEqual(await sessions.state('s'), {})
    await sessions.change('s', { summary: 'so far', after: 4, told: ['a'] })
    await other.sessions.change('s', { model: 'v/m', summary: undefined, told: ['a', 'b'] })
    assert.deepEqual(await sessions.state('s'), { after: 4, model: 'v/m', told: ['a', 'b'] })
    assert.equal(await sessions.info('s'), undefined)
  })
}
