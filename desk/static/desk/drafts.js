// Unsaved words are never lost: each change is kept on this device at once, and on the server a moment later.
// What the server has confirmed leaves the device again.

const DELAY = 1200; // milliseconds
const PATIENCE = 8000; // a connection that says nothing for so long is as good as none

export class Drafts {
  #timer = 0;
  #sent = "";
  #sending = null;

  // `tell(where, at)` is called with "device", "server", "signed-out" or "nowhere"; `texts()` gives what is unsaved.
  constructor({ key, url, version, texts, token, tell }) {
    Object.assign(this, { key, url, version, texts, token, tell });
    this.kept = true;
  }

  changed() {
    this.kept = false;
    this.#onDevice();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.send(), DELAY);
  }

  // Nothing is unsaved any more.
  clear() {
    clearTimeout(this.#timer);
    this.kept = true;
    this.#sent = "";
    try {
      localStorage.removeItem(this.key);
    } catch {
      // Storage is switched off: nothing was kept there.
    }
  }

  #onDevice() {
    const at = new Date().toISOString();
    try {
      localStorage.setItem(this.key, JSON.stringify({ version: this.version, texts: this.texts(), at }));
      this.onDevice = true;
    } catch {
      this.onDevice = false; // full, or switched off: the server's copy remains
    }
  }

  // What a former visit left on this device.
  recalled() {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? "null");
    } catch {
      return null;
    }
  }

  async send({ keepalive = false } = {}) {
    clearTimeout(this.#timer);
    if (this.#sending) await this.#sending;
    const body = JSON.stringify({ version: this.version, texts: this.texts() });
    if (body === this.#sent) return;
    this.#sending = this.#post(body, keepalive);
    await this.#sending;
    this.#sending = null;
  }

  async #post(body, keepalive) {
    let answer;
    try {
      answer = await fetch(this.url, {
        method: "POST",
        body,
        keepalive,
        signal: AbortSignal.timeout(PATIENCE),
        headers: { "Content-Type": "application/json", "X-Desk": "fetch", "X-CSRFToken": this.token() },
      });
    } catch {
      this.tell(this.onDevice ? "device" : "nowhere");
      this.#again();
      return;
    }
    if (answer.ok) {
      this.#sent = body;
      this.#confirmed(body, await answer.json());
      return;
    }
    this.tell([401, 403].includes(answer.status) ? "signed-out" : "device");
    this.#again();
  }

  #confirmed(body, answer) {
    if (body !== JSON.stringify({ version: this.version, texts: this.texts() })) return; // typed on since
    this.kept = true;
    try {
      localStorage.removeItem(this.key);
    } catch {
      // as above
    }
    this.tell("server", answer.saved);
  }

  #again() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.send(), 5 * DELAY);
  }
}
