// The page by itself: a socket to its server in the place of a notebook's kernel. It finds its own session again.
import page from "./page.js";

const SESSION = "what-if:session";

class Socket {
  constructor() {
    this.standalone = true;
    this.does = {};
    this.waits = 300;
    this.open();
  }

  open() {
    const session = sessionStorage.getItem(SESSION) || "";
    this.line = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live?session=${encodeURIComponent(session)}`);
    this.line.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.type === "session") {
        sessionStorage.setItem(SESSION, message.id);
        this.waits = 300;
        this.emit("back");
      } else this.emit("msg:custom", message);
    };
    this.line.onclose = () => {
      this.emit("lost");
      setTimeout(() => this.open(), this.waits);
      this.waits = Math.min(5000, this.waits * 2);
    };
  }

  on(event, act) {
    this.does[event] = act;
  }

  emit(event, ...what) {
    this.does[event]?.(...what);
  }

  send(message) {
    if (this.line.readyState === WebSocket.OPEN) this.line.send(JSON.stringify(message));
  }
}

page.render({ model: new Socket(), el: document.getElementById("page") });
