/** The signed-in user as an actor of the domain. */
import type { Principal } from '@shop/service_kit/identity/access'
import type { Actor } from '../domain/change_order.ts'

export const actorOf = ({ userId, role }: Principal): Actor => ({ userId, admin: role === 'admin' })
