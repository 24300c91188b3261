/** What could not be done; the titles of notices. */
export const failed = {
  showProducts: 'We could not show the products',
  showProduct: 'We could not show this product',
  checkCart: 'We could not check prices and stock',
  order: 'We could not place this order',
  showPage: 'We could not show this page',
  showOrders: 'We could not show your orders',
  showOrder: 'We could not show this order',
  changePassword: 'We could not change your password',
  register: 'We could not create your account',
  signIn: 'We could not sign you in',
}

/** Why: by the code of a problem (docs/errors.md). A code without a text here shows the detail of its service. */
export const problems = {
  offlineTitle: 'You seem to be offline',
  offline: 'Nothing is lost. We continue when the connection is back.',
  unexpected: 'Something unexpected happened on this page.',
  ourFault: 'Something went wrong on our side. It may work in a moment.',
  noAnswer: 'The shop did not answer. It may be back in a moment.',
  partAway: 'A part of the shop is not available at the moment; the rest works. Please try again shortly.',
  busy: 'The shop is very busy at the moment. Please try again shortly.',
  forbidden: 'Your account is not allowed to do this.',
  productGone: 'This product is no longer sold.',
  notAccepted: 'The shop could not accept this request.',
  sessionEnded: 'Your session has ended. Please sign in again.',
  keepTrying: 'We keep trying automatically.',
  request: (id: string) => `Request ${id}`,
}
