/** Messages of the system, where the browser has them and the user has allowed them. */

type Permission = 'unsupported' | NotificationPermission;

export class Notifications {
  #permission = $state<Permission>(permissionNow());

  get permission(): Permission {
    return this.#permission;
  }

  /** Asks the user. Browsers allow this only when a button was pressed. */
  async ask(): Promise<Permission> {
    if (this.#permission !== 'unsupported') {
      await Notification.requestPermission();
      this.#permission = permissionNow();
    }
    return this.#permission;
  }

  /** Only where the page can't be seen: who looks at it needs no message. */
  show(title: string, text: string, onclick: () => void): void {
    if (permissionNow() !== 'granted' || document.hasFocus()) return;
    const message = new Notification(title, { body: text, icon: './icon.svg' });
    message.onclick = () => {
      window.focus();
      onclick();
      message.close();
    };
  }
}

function permissionNow(): Permission {
  return 'Notification' in window ? Notification.permission : 'unsupported';
}
