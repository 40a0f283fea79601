import type { APIMessage } from 'discord.js'
import { senderOf, wordsOf } from './inbound.ts'
import type { Reader } from './inbound.ts'
import type { Place, Places } from './places.ts'
import { messageLinks } from './references.ts'
import type { Rest } from './rest.ts'

/** The most messages that are looked up for one. */
const most = 3

/**
 * What the messages say that a message links to, one line each. Only those of the same server that the writer can surely read too: of the
 * same channel, or of one that is open to everybody.
 */
export async function linkedLines(
  message: Pick<APIMessage, 'content'>,
  place: Place,
  { rest, places, reader }: { readonly rest: Rest; readonly places: Places; readonly reader: Reader },
): Promise<readonly string[]> {
  const links = messageLinks(message.content)
    .filter(({ guild, channel }) => guild === place.guild && (channel === place.id || places.open(channel)))
    .slice(0, most)
  const lines = links.map(async ({ channel, message: id }) => {
    try {
      const linked = await rest.request<APIMessage>('GET', `/channels/${channel}/messages/${id}`)
      return [`[linked message from ${senderOf(linked.author).name}]: ${wordsOf(linked, new Set(), reader)}`]
    } catch {
      // It was deleted, or the bot may not read it: the link stands in the text all the same.
      return []
    }
  })
  return (await Promise.all(lines)).flat()
}
