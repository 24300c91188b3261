/** The signed-in user. Re-renders when that changes, in this tab or another. */
import { useSyncExternalStore } from 'react'
import { type PasskeyCredential, shop, tabSession, type User } from '../api/shop.ts'
import { forgetBuyer, forgetGuest } from '../checkout/kept.ts'
import { isAdmin } from './roles.ts'

export type SessionView = {
  readonly user: User | undefined
  readonly isAdmin: boolean
  signIn(username: string, password: string): Promise<User>
  signInWithCode(challenge: string, code: string): Promise<User>
  signInWithPasskey(credential: PasskeyCredential): Promise<User>
  register(username: string, password: string): Promise<User>
  signOut(): Promise<void>
}

/** Of the last session in this tab. */
let lastUserId = tabSession.user()?.id
// Before any page is notified of it: none is to show once more what is forgotten.
tabSession.subscribe((user) => {
  if (user) lastUserId = user.id
  else forgetGuest()
})
// Who signs out leaves nothing; who was signed out goes on after signing in again.
shop.onSignedOut((reason) => {
  if (reason === 'asked' && lastUserId !== undefined) forgetBuyer(lastUserId)
})

/** Signing out redirects to the shop, not to the sign-in page. */
let signingOut = false
export const isSigningOut = (): boolean => signingOut

export function useSession(): SessionView {
  const user = useSyncExternalStore(tabSession.subscribe, tabSession.user)
  return {
    user,
    isAdmin: isAdmin(user),
    signIn: (username, password) => shop.signIn({ username, password }),
    signInWithCode: shop.signInWithCode,
    signInWithPasskey: shop.signInWithPasskey,
    register: (username, password) => shop.register({ username, password }),
    signOut: async () => {
      signingOut = true
      await shop.signOut().finally(() => {
        signingOut = false
      })
    },
  }
}
