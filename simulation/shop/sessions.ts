/** What programs do with refresh tokens: two tabs at once, a lost answer, a stolen token. Each step has a session of its own. */
import { ShopProblem } from '@shop/client/problem'
import { dataOf } from '@shop/client/shop_client'
import type { Actor, Scene, Step } from './clients.ts'

type Tokens = { readonly access_token: string; readonly refresh_token: string }

const refresh = (actor: Actor, refresh_token: string, what: string): Promise<Tokens | ShopProblem> =>
  actor.attempt(what, async () => {
    const body = { refresh_token }
    return (await dataOf(actor.client.auth.POST('/token', { body }))) as unknown as Tokens
  })

const isTokens = (answer: Tokens | ShopProblem): answer is Tokens => !(answer instanceof ShopProblem)

/** Faults after which a token may legitimately come late, or seem to be of another time. */
const LATE = [
  'a request comes twice',
  'a message is late',
  'a clock is wrong',
  'a clock jumps',
  'a process is paused',
  'a host is slow',
] as const

/** Faults after which a token that was just given may be too old: its attempts together take less than the time for a replay. */
const AGEING = ['a clock is wrong', 'a clock jumps', 'a process is paused'] as const

export const useSession: Step = async (scene: Scene, actor: Actor) => {
  const { history } = scene
  // Before the end of the faults, after which none is probable.
  const isOnTime = LATE.every((fault) => history.faults.probability(fault) === 0)
  const isFresh =
    !history.faults.hasEnded() && AGEING.every((fault) => history.faults.probability(fault) === 0)
  const { username, password } = actor.account
  const answer = await actor.attempt('logs in again', async () => {
    const body = { username, password }
    return (await dataOf(actor.client.auth.POST('/login', { body }))) as unknown as Tokens
  })
  if (!isTokens(answer)) {
    if (answer.code === 'invalid_credentials') history.broken(`3: ${username} was refused with its password`)
    return
  }
  const first = answer.refresh_token
  const both = await Promise.all([
    refresh(actor, first, 'refreshes in a tab'),
    refresh(actor, first, 'refreshes in another tab'),
  ])
  const [one, other] = both.filter(isTokens)
  if (!one) {
    const isRefused = both.some((each) => !isTokens(each) && each.code === 'invalid_refresh_token')
    if (isRefused && isFresh) history.broken('a refresh token that was just given was refused')
    return
  }
  if (other && one.refresh_token !== other.refresh_token)
    history.broken('a refresh token that two tabs used at once had two successors')
  if (other) history.sometimes('two tabs refreshed at once')

  const next = await refresh(actor, one.refresh_token, 'refreshes again')
  if (!isTokens(next)) {
    if (next.code === 'invalid_refresh_token' && isOnTime)
      history.broken('the successor that both tabs got was refused')
    return
  }
  if (next.refresh_token === one.refresh_token) history.broken('a refresh token is its own successor')
  const stolen = await refresh(actor, first, 'refreshes with an old token')
  if (isTokens(stolen)) return history.broken('a refresh token was accepted after its successor was used')
  if (stolen.code !== 'invalid_refresh_token') return
  const afterwards = await refresh(actor, next.refresh_token, 'refreshes after the theft')
  if (isTokens(afterwards)) return history.broken('a session went on after an old token of it was used')
  if (afterwards.code === 'invalid_refresh_token') history.sometimes('a stolen token ended its session')
}
