/** Who is signed in, and how to change that. Re-renders when it changes, in this tab or another. */
import { useSyncExternalStore } from 'react'
import { shop, tabSession, type User } from '../api/shop.ts'
import { isAdmin } from './roles.ts'

export type SessionView = {
  readonly user: User | undefined
  readonly isAdmin: boolean
  signIn(username: string, password: string): Promise<User>
  register(username: string, password: string): Promise<User>
  signOut(): Promise<void>
}

/** The visitor has just asked to be signed out, and wants to see no page that is for those who are signed in. */
let leaving = false
export const isSigningOut = (): boolean => leaving

export function useSession(): SessionView {
  const user = useSyncExternalStore(tabSession.subscribe, tabSession.user)
  return {
    user,
    isAdmin: isAdmin(user),
    signIn: (username, password) => shop.signIn({ username, password }),
    register: (username, password) => shop.register({ username, password }),
    signOut: async () => {
      leaving = true
      await shop.signOut().finally(() => {
        leaving = false
      })
    },
  }
}
