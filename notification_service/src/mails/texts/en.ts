/** The texts of mails in English. Values are given as they are shown. */

/** `order` is its number with a sign, or empty. */
const order = (number: string) => (number === '' ? 'Your order' : `Order ${number}`)

export const en = {
  footer: (shop: string) => `${shop} sent you this message because of your account or your order.`,
  hello: (name: string) => `Hello ${name},`,
  validUntil: (time: string) => `The link is valid until ${time}, and works once.`,
  email_verification: {
    subject: 'Confirm your e-mail address',
    title: 'Is this your address?',
    text: (shop: string) =>
      `Your account at ${shop} names this e-mail address. Please confirm that it is yours.`,
    action: 'Confirm address',
    note: 'If you have no account there, ignore this message: without a confirmation nothing happens.',
  },
  password_reset: {
    subject: 'Choose a new password',
    title: 'Choose a new password',
    text: (shop: string) =>
      `Somebody, probably you, has asked for a new password for your account at ${shop}.`,
    action: 'Choose password',
    note: 'If it was not you, ignore this message: your password stays as it is. Do not pass the link on.',
  },
  new_sign_in: {
    subject: 'New sign-in to your account',
    title: 'New sign-in',
    text: (shop: string) =>
      `Somebody has signed in to your account at ${shop} with a program that was not seen before.`,
    caption: 'Sign-in',
    at: 'Time',
    client: 'Program',
    unknown: 'unknown',
    action: 'Look at your account',
    note: 'If it was you, there is nothing to do. If not, choose a new password now, and end the session in your account.',
  },
  withdrawal_receipt: {
    subject: 'We have your withdrawal',
    title: 'Your withdrawal has arrived',
    text: (shop: string) =>
      `${shop} confirms that this statement of withdrawal from a contract was received. Please keep this message.`,
    caption: 'Your statement',
    receivedAt: 'Received',
    order: 'Order',
    name: 'Name',
    goods: 'Goods',
    all: 'all of the order',
    action: 'To the shop',
    note: 'What was not sent yet is cancelled. For what was sent we open a return, and give your money back when it has arrived. If you did not write this, ignore this message.',
  },
  order_received: {
    subject: (number: string) => `${order(number)} received`,
    title: 'We have your order',
    text: (shop: string) =>
      `Thank you for your order at ${shop}. It is saved, and we will write to you as soon as it is confirmed.`,
  },
  order_confirmed: {
    subject: (number: string) => `${order(number)} confirmed`,
    title: 'Your order is confirmed',
    text: () => 'Your items are held for you. We will write to you when they are on their way.',
  },
  order_rejected: {
    subject: (number: string) => `${order(number)} declined`,
    title: 'We cannot deliver your order',
    text: () => 'We are sorry: your order was declined, and nothing was bought.',
  },
  order_shipped: {
    subject: (number: string) => `${order(number)} shipped`,
    title: 'Your order is on its way',
    text: () => 'We have sent your items.',
  },
  order_cancelled: {
    subject: (number: string) => `${order(number)} cancelled`,
    title: 'Your order is cancelled',
    text: () => 'Your order was cancelled. Nothing is held for you any more, and nothing will be sent.',
  },
  order_refunded: {
    subject: (number: string) => `${order(number)}: refund`,
    title: 'We have sent your money back',
    text: () => 'We have sent money back, the way you paid. Until you see it may take your bank some days.',
  },
  return_accepted: {
    subject: (number: string) => `${order(number)}: return accepted`,
    title: 'Your return is accepted',
    text: () => 'Please send the items back to us. We give your money back when they have arrived.',
  },
  return_refused: {
    subject: (number: string) => `${order(number)}: return refused`,
    title: 'We cannot take your return',
    text: () => 'We are sorry: we cannot take these items back. If you have questions, write to us.',
  },
  order_link: {
    subject: (number: string) => `${order(number)}: your link`,
    title: 'The link to your order',
    text: (shop: string) => `Somebody, probably you, has asked for the link to your order at ${shop}.`,
  },
  order: {
    guestNote: 'With this link the order can be seen and cancelled. Do not pass it on.',
    action: 'See your order',
    caption: 'Your order',
    number: 'Number',
    total: 'Total',
    tax: 'Including tax',
    shipping: 'Shipping',
    refunded: 'Refund',
    note: (text: string) => `Message from the shop: ${text}`,
    carrier: 'Carrier',
    tracking: 'Tracking number',
    line: (quantity: string, name: string) => `${quantity} × ${name}`,
    reasons: {
      insufficient_stock: 'There was not enough stock.',
      price_changed: 'The price was not what the order said.',
      product_not_found: 'A product was not for sale any more.',
    } as Readonly<Record<string, string>>,
  },
}

export type Texts = typeof en
