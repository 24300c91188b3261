/** Labels of the roles. The services decide what a role may do. */
import type { User } from '../api/shop.ts'
import type { BadgeTone } from '../ui/badge.tsx'

export type Role = User['role']

export const ROLES: Readonly<
  Record<Role, { readonly label: string; readonly one: string; readonly tone: BadgeTone }>
> = {
  admin: { label: 'Admin', one: 'an admin', tone: 'info' },
  customer: { label: 'Customer', one: 'a customer', tone: 'neutral' },
}

export const isAdmin = (account: { readonly role: Role } | undefined): boolean => account?.role === 'admin'

export const otherRole = (role: Role): Role => (role === 'admin' ? 'customer' : 'admin')
