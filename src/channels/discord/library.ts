/** The parts of discord.js that this folder uses. Loaded when a Discord channel is started, never before. */
export {
  Client,
  DiscordAPIError,
  HTTPError,
  Options,
  RateLimitError,
  REST,
  SimpleShardingStrategy,
  WebSocketShardDestroyRecovery,
  WebSocketShardStatus,
} from 'discord.js'
