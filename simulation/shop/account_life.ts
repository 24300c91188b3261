/** What a person does with an account of their own: registers, chooses another password, logs out. Each step has a new account. */
import { ShopProblem } from '@shop/client/problem'
import { dataOf } from '@shop/client/shop_client'
import { type Actor, createActor, type Scene } from './clients.ts'

const PASSWORD = 'cherry pie on friday'
const NEXT_PASSWORD = 'apple cake on sunday'

type User = { readonly id: string; readonly role: string }
type Tokens = { readonly refresh_token: string }

const isDone = <T>(answer: T | ShopProblem): answer is T => !(answer instanceof ShopProblem)

const logIn = ({ attempt, client, account: { username } }: Actor, password: string, what: string) =>
  attempt(what, async () => {
    const body = { username, password }
    return (await dataOf(client.auth.POST('/login', { body }))) as unknown as Tokens
  })

const refresh = ({ attempt, client }: Actor, { refresh_token }: Tokens, what: string) =>
  attempt(what, () => dataOf(client.auth.POST('/token', { body: { refresh_token } })))

export async function keepAccount(scene: Scene, actor: Actor) {
  const { history } = scene
  const user = await register(scene, actor, `${actor.name}-${actor.chances.whole(0, 2 ** 30)}`)
  if (!user) return
  const owner = createActor(scene, user.username, user)
  const signedIn = await owner.attempt('signs in', () =>
    owner.client.signIn({ username: user.username, password: PASSWORD }),
  )
  if (!isDone(signedIn)) return requireKnown(scene, owner, signedIn)
  await logOut(scene, owner)
  const other = await logIn(owner, PASSWORD, 'logs in on another device')
  if (!isDone(other)) return requireKnown(scene, owner, other)

  const body = { current_password: PASSWORD, new_password: NEXT_PASSWORD }
  const changed = await owner.attempt('changes its password', () =>
    dataOf(owner.client.auth.PUT('/me/password', { body })),
  )
  if (!isDone(changed)) return requireOneOfBoth(scene, owner)
  if (isDone(await logIn(owner, PASSWORD, 'logs in with the old password')))
    history.broken(`10: ${owner.name} logged in with the password of before`)
  if (isDone(await refresh(owner, other, 'refreshes the session of before')))
    history.broken(`10: a session of ${owner.name} went on after the password was changed`)
  const again = await logIn(owner, NEXT_PASSWORD, 'logs in with the new password')
  if (!isDone(again)) return requireKnown(scene, owner, again)
  history.sometimes('a password was changed')
}

/** Twice at once: a name belongs to one account. */
async function register({ history }: Scene, { attempt, client }: Actor, username: string) {
  const answers = await Promise.all(
    ['one', 'another'].map((which) =>
      attempt(`registers ${username} in ${which} tab`, async () => {
        const body = { username, password: PASSWORD }
        return (await dataOf(client.auth.POST('/register', { body }))) as unknown as User
      }),
    ),
  )
  const made = answers.filter(isDone)
  if (made.length > 1) history.broken(`10: the name ${username} was given to two accounts`)
  const [user] = made
  if (user === undefined) return undefined
  if (user.role !== 'customer') history.broken(`10: ${username} registered as ${user.role}`)
  const refused = answers.some((answer) => !isDone(answer) && answer.code === 'username_taken')
  if (refused) history.sometimes('of two registrations of one name, one was refused')
  return { id: user.id, username, password: PASSWORD }
}

async function logOut({ history }: Scene, owner: Actor) {
  const session = await logIn(owner, PASSWORD, 'logs in for a moment')
  if (!isDone(session)) return
  const { refresh_token } = session
  const ended = await owner.attempt('logs out', () =>
    dataOf(owner.client.auth.POST('/logout', { body: { refresh_token } })),
  )
  if (!isDone(ended)) return
  const afterwards = await refresh(owner, session, 'refreshes after it logged out')
  if (isDone(afterwards)) history.broken(`10: a session of ${owner.name} went on after its end`)
  else if (afterwards.code === 'invalid_refresh_token') history.sometimes('a session ended by a logout')
}

/** After an answer that was given: the account is there, with that password. */
function requireKnown({ history }: Scene, { name }: Actor, { code }: ShopProblem) {
  if (code === 'invalid_credentials') history.broken(`3: ${name} was refused with the right password`)
}

/** After no answer: it has one of the two, and the change may still come. */
async function requireOneOfBoth({ history }: Scene, owner: Actor) {
  for (const password of [NEXT_PASSWORD, PASSWORD, NEXT_PASSWORD]) {
    const answer = await logIn(owner, password, 'logs in with one of two passwords')
    if (isDone(answer) || answer.code !== 'invalid_credentials') return
  }
  history.broken(`3: ${owner.name} was refused with both passwords`)
}
