/** The keys of auth_service from whichever of its replicas answers: all publish the same. */
import { fetchRemoteKeys, type RemoteKeys } from '@shop/service_kit/tokens'

export function fetchKeys(origins: readonly string[], onFailure: (error: unknown) => void): RemoteKeys {
  const sources = origins.map((origin) => fetchRemoteKeys(`${origin}/.well-known/jwks.json`, { onFailure }))
  return {
    current: () => sources.find((source) => source.current())?.current(),
    refresh: async () => {
      await Promise.all(sources.map((source) => source.refresh()))
    },
    stop: () => {
      for (const source of sources) source.stop()
    },
  }
}
