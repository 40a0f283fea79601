import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { APIInteraction, APIMessage, APIUser } from 'discord.js'
import { gatewayFake, hidesContent } from './gateway.ts'
import type { GatewayFake } from './gateway.ts'
import { restFake } from './rest.ts'
import type { RestFake } from './rest.ts'
import { world } from './world.ts'
import type { World } from './world.ts'

export interface FakeDiscord extends AsyncDisposable {
  readonly url: string
  readonly api: string
  readonly place: World
  readonly gateway: GatewayFake
  readonly rest: RestFake
  /** A person writes; it is stored and told to the gateway, unless `silent`: then only REST knows of it. */
  say(channel: string, content: string, more?: Partial<APIMessage> & { readonly silent?: boolean }): APIMessage
  by(author: APIUser, channel: string, content: string): APIMessage
  slash(channel: string, name: string, args?: string): APIInteraction
  /** What the bot wrote into a channel, as it stands now. */
  written(channel: string): readonly APIMessage[]
  /** Stops to listen and breaks every connection, until `up`. */
  down(): Promise<void>
  up(): Promise<void>
}

/** All but the privileged presences and members. */
const ordinary = 0x7fff_ffff & ~(1 << 8) & ~(1 << 1)

/** Discord on loopback: gateway, REST and files. */
export async function fakeDiscord(options: { readonly heartbeatMs?: number } = {}): Promise<FakeDiscord> {
  const place = world()
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => void fake.rest.handle(request, response))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const gateway = gatewayFake(server, () => url, place, {
    token: 'T0KEN',
    heartbeatMs: options.heartbeatMs ?? 1_000,
    intents: ordinary,
    helloAfterMs: 0,
    acks: true,
    onResume: 'resume',
    identifyClose: undefined,
  })
  const seen = (message: APIMessage): APIMessage => {
    const intents = gateway.identifies.at(-1)?.intents ?? 0
    const ours = message.mentions.some(({ id }) => id === place.bot.id) || message.channel_id === place.dm
    return hidesContent(intents) && !ours ? { ...message, content: '', attachments: [] } : message
  }
  const where = (channel: string) =>
    channel === place.dm
      ? { channel_type: 1 }
      : {
          guild_id: place.guild,
          member: { roles: [], joined_at: new Date().toISOString(), deaf: false, mute: false, flags: 0 },
        }
  const write = (
    author: APIUser,
    channel: string,
    content: string,
    { silent = false, ...more }: Partial<APIMessage> & { readonly silent?: boolean } = {},
  ) => {
    const mentions = content.includes(`<@${place.bot.id}>`) ? [place.bot] : []
    const roles = content.includes(`<@&${place.botRole}>`) ? [place.botRole] : []
    const message = place.message(channel, author, { content, mentions, mention_roles: roles, ...more })
    fake.rest.told(message)
    if (!silent) gateway.dispatch('MESSAGE_CREATE', { ...seen(message), ...where(channel) })
    return message
  }
  const fake: FakeDiscord = {
    url,
    api: `${url}/api`,
    place,
    gateway,
    rest: restFake(place, () => url, gateway.dispatch),
    say: (channel, content, more) => write(place.alice, channel, content, more),
    by: (author, channel, content) => write(author, channel, content),
    slash(channel, name, args) {
      const interaction = {
        id: place.id(),
        application_id: place.bot.id,
        type: 2,
        token: `interaction-${place.id()}`,
        version: 1,
        channel_id: channel,
        channel: place.channels.get(channel),
        locale: 'en-US',
        entitlements: [],
        authorizing_integration_owners: {},
        attachment_size_limit: 10_485_760,
        ...(channel === place.dm
          ? { user: place.alice, context: 1 }
          : {
              guild_id: place.guild,
              context: 0,
              member: { user: place.alice, roles: [], permissions: '8', joined_at: '', deaf: false, mute: false },
            }),
        data: {
          id: place.id(),
          name,
          type: 1,
          options: args === undefined ? [] : [{ name: 'args', type: 3, value: args }],
        },
      } as unknown as APIInteraction
      gateway.dispatch('INTERACTION_CREATE', interaction)
      return interaction
    },
    written: (channel) => (place.messages.get(channel) ?? []).filter(({ author }) => author.id === place.bot.id),
    async down() {
      gateway.drop()
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
    up: () => listen(port),
    async [Symbol.asyncDispose]() {
      gateway.close()
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return fake
}
