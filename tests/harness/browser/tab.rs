//! One tab, in a profile of its own: opened, read, typed into and clicked. Things are found as a screen reader finds them, by
//! their role and name.

use serde_json::{Value, json};
use tokio::{sync::mpsc, time::timeout};

use super::{
    Browser,
    devtools::{Event, PATIENCE},
};

/// What the person's device prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Dark letters.
    Light,
    /// Light letters.
    Dark,
}

/// What came of going somewhere.
#[derive(Debug)]
pub struct Arrival {
    /// The status of the page.
    pub status: u64,
    /// Its address.
    address: String,
    /// What a page of ours never does: errors in the console, requests to another host, scripts.
    pub complaints: Vec<String>,
}

/// Everything on a page.
const WHOLE: &str = "body";

/// A tab.
pub struct Tab {
    browser: &'static Browser,
    session: String,
    /// The only host that pages may ask anything of.
    home: String,
    events: mpsc::UnboundedReceiver<Event>,
    /// The part of the page where things are looked for, as a CSS selector.
    part: &'static str,
}

impl Tab {
    /// An empty one; its pages are those of one host, as `http://address:port`.
    pub async fn new(browser: &'static Browser, home: &str) -> Self {
        let devtools = &browser.devtools;
        let context = devtools.ask(None, "Target.createBrowserContext", json!({})).await;
        let empty = json!({ "url": "about:blank", "browserContextId": context["browserContextId"] });
        let target = devtools.ask(None, "Target.createTarget", empty).await;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = devtools.ask(None, "Target.attachToTarget", attach).await;
        let session = attached["sessionId"].as_str().expect("a session").to_owned();
        let tab = Self {
            browser,
            events: devtools.events(&session),
            session,
            home: home.to_owned(),
            part: WHOLE,
        };
        for domain in ["Page", "Network", "Log", "Runtime", "DOM"] {
            tab.ask(&format!("{domain}.enable"), json!({})).await;
        }
        tab
    }

    async fn ask(&self, method: &str, details: Value) -> Value {
        self.browser.devtools.ask(Some(&self.session), method, details).await
    }

    /// What the person looks with: the width of the window in CSS pixels, and the preferred colours.
    pub async fn look_with(&self, width: u32, scheme: Scheme) {
        let metrics = json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false });
        self.ask("Emulation.setDeviceMetricsOverride", metrics).await;
        let value = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.ask("Emulation.setEmulatedMedia", media).await;
    }

    /// Whether scripts run from now on, if a page allows any.
    pub async fn run_scripts(&self, run: bool) {
        self.ask("Emulation.setScriptExecutionDisabled", json!({ "value": !run }))
            .await;
    }

    /// From the next page on its policy does not count. For captured mails: their sandbox keeps axe-core out as well.
    pub async fn without_policy(&self, without: bool) {
        self.ask("Page.setBypassCSP", json!({ "enabled": without })).await;
    }

    /// Opens an address.
    pub async fn open(&mut self, address: &str) -> Arrival {
        self.forget();
        let opened = self.ask("Page.navigate", json!({ "url": address })).await;
        assert!(opened.get("errorText").is_none(), "{address}: {opened}");
        self.arrive().await
    }

    /// Sends a form of the page's own address, as a browser does that checks nothing beforehand.
    pub async fn send(&mut self, form: &str) -> Arrival {
        self.forget();
        let send = format!(
            "const form = document.createElement('form'); form.method = 'post';
             for (const [name, value] of new URLSearchParams({})) {{
               const field = document.createElement('input'); field.name = name; field.value = value; form.append(field);
             }}
             document.body.append(form); form.submit()",
            json!(form)
        );
        self.evaluate(&send).await;
        self.arrive().await
    }

    /// What happened before does not count as part of what comes.
    fn forget(&mut self) {
        while self.events.try_recv().is_ok() {}
    }

    async fn next(&mut self) -> Event {
        let next = timeout(PATIENCE, self.events.recv()).await;
        next.expect("a page that loads in time").expect("a browser")
    }

    /// Waits until a page has loaded with all that belongs to it.
    async fn arrive(&mut self) -> Arrival {
        self.part = WHOLE;
        let mut arrival = Arrival {
            status: 0,
            address: String::new(),
            complaints: Vec::new(),
        };
        loop {
            let event = self.next().await;
            let has_loaded = event.method == "Page.loadEventFired";
            self.take_in(&mut arrival, &event);
            if has_loaded {
                break;
            }
        }
        // Whatever the page made the browser say was said before the answer to this.
        self.evaluate("0").await;
        while let Ok(event) = self.events.try_recv() {
            self.take_in(&mut arrival, &event);
        }
        // A refusal is an error to the console, and the page that tells it to the person. Which of the two is heard of first
        // is not certain.
        if arrival.status >= 400 {
            let itself = format!(" {}", arrival.address);
            arrival.complaints.retain(|what| !what.ends_with(&itself));
        }
        arrival
    }

    fn take_in(&self, arrival: &mut Arrival, event: &Event) {
        let details = &event.details;
        let text = |pointer: &str| details.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        match event.method.as_str() {
            // What is in the address itself asks nobody: so the browser draws its own fields for days and times.
            "Network.requestWillBeSent" => {
                let address = text("/request/url");
                if !address.starts_with(&self.home) && !address.starts_with("data:") {
                    arrival.complaints.push(format!("asks another host: {address}"));
                }
            }
            // The page itself comes before those in its frames.
            "Network.responseReceived" if text("/type") == "Document" && arrival.status == 0 => {
                arrival.status = details["response"]["status"].as_u64().unwrap_or_default();
                arrival.address = text("/response/url").to_owned();
            }
            "Log.entryAdded" => {
                let words = text("/entry/text");
                let about = text("/entry/url").split('#').next().unwrap_or_default();
                arrival.complaints.push(format!("the console says: {words} {about}"));
            }
            "Runtime.consoleAPICalled" | "Runtime.exceptionThrown" => {
                arrival.complaints.push(format!("a script ran: {details}"));
            }
            _ => {}
        }
    }

    /// The value of an expression in the page.
    pub async fn evaluate(&self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.ask("Runtime.evaluate", asked).await;
        assert!(answer.get("exceptionDetails").is_none(), "{answer:#}");
        answer["result"]["value"].take()
    }

    /// What axe-core finds against the page: each rule with what it says and the element. The page has to be one on which
    /// scripts could run.
    pub async fn violations(&self, rules: &[&str]) -> Vec<String> {
        if self.evaluate("typeof axe").await == json!("undefined") {
            self.evaluate(&format!("{};0", self.browser.axe)).await;
        }
        // No style sheet is fetched anew: pages may not, and nothing that is looked for needs it.
        let run = format!(
            "axe.run(document, {{ runOnly: {}, iframes: false, preload: false, resultTypes: ['violations'] }}).then(found =>
               found.violations.flatMap(rule => rule.nodes.map(node =>
                 `${{rule.id}} (${{rule.help}}): ${{node.html}} ${{node.failureSummary.replace(/\\s+/g, ' ')}}`)))",
            json!(rules)
        );
        serde_json::from_value(self.evaluate(&run).await).expect("texts")
    }

    /// A picture of the whole page, as PNG in base64.
    pub async fn picture(&self) -> String {
        let asked = json!({ "format": "png", "captureBeyondViewport": true });
        let picture = self.ask("Page.captureScreenshot", asked).await;
        picture["data"].as_str().expect("a picture").to_owned()
    }

    /// Until the next page, looks for things in a part of this one.
    pub fn within(&mut self, part: &'static str) {
        self.part = part;
    }

    /// Clicks what leads to another page.
    pub async fn press(&mut self, role: &str, name: &str) -> Arrival {
        self.forget();
        self.click(role, name).await;
        self.arrive().await
    }

    /// Follows a link to another part of the same page.
    pub async fn follow_within(&mut self, link: &str) {
        self.forget();
        self.click("link", link).await;
        while self.next().await.method != "Page.navigatedWithinDocument" {}
    }

    /// Types into the field of a label, in place of what stands there.
    pub async fn fill(&self, label: &str, text: &str) {
        self.replace("textbox", label, text).await;
    }

    /// Types a number into the field of a label.
    pub async fn number(&self, label: &str, number: &str) {
        self.replace("spinbutton", label, number).await;
    }

    async fn replace(&self, role: &str, label: &str, text: &str) {
        self.click(role, label).await;
        let all = json!({ "type": "keyDown", "commands": ["selectAll"] });
        self.ask("Input.dispatchKeyEvent", all).await;
        self.ask("Input.insertText", json!({ "text": text })).await;
    }

    /// Chooses what begins with a letter, by the keyboard.
    pub async fn choose(&self, label: &str, letter: char) {
        let node = self.only("combobox", label).await;
        self.ask("DOM.focus", json!({ "backendNodeId": node })).await;
        for kind in ["keyDown", "keyUp"] {
            let key = json!({ "type": kind, "key": letter, "text": letter });
            self.ask("Input.dispatchKeyEvent", key).await;
        }
    }

    /// Types a time before noon, as four digits, into the field of a label.
    pub async fn time(&self, label: &str, digits: &str) {
        let node = self.only("InputTime", label).await;
        self.ask("DOM.focus", json!({ "backendNodeId": node })).await;
        // A browser that counts to twelve asks for the half of the day as well; others pass the letter over.
        for key in digits.chars().chain(['a']) {
            for kind in ["keyDown", "keyUp"] {
                let key = json!({ "type": kind, "key": key, "text": key });
                self.ask("Input.dispatchKeyEvent", key).await;
            }
        }
    }

    /// Clicks in the middle of the one thing with this role and name.
    pub async fn click(&self, role: &str, name: &str) {
        let node = self.only(role, name).await;
        self.ask("DOM.scrollIntoViewIfNeeded", json!({ "backendNodeId": node }))
            .await;
        let shape = self.ask("DOM.getContentQuads", json!({ "backendNodeId": node })).await;
        let corner = |index: usize| shape["quads"][0][index].as_f64().expect("a place on the page");
        let (x, y) = ((corner(0) + corner(4)) / 2.0, (corner(1) + corner(5)) / 2.0);
        for kind in ["mousePressed", "mouseReleased"] {
            let mouse = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.ask("Input.dispatchMouseEvent", mouse).await;
        }
    }

    /// The one thing of a role and name that can be perceived.
    async fn only(&self, role: &str, name: &str) -> Value {
        let document = self.ask("DOM.getDocument", json!({ "depth": 0 })).await;
        let part = json!({ "nodeId": document["root"]["nodeId"], "selector": self.part });
        let part = self.ask("DOM.querySelector", part).await;
        let wanted = json!({ "nodeId": part["nodeId"], "accessibleName": name, "role": role });
        let mut found = self.ask("Accessibility.queryAXTree", wanted).await;
        let nodes = found["nodes"].as_array_mut().expect("a list");
        let perceived = nodes.iter_mut().filter(|node| node["ignored"] == json!(false));
        let mut perceived: Vec<Value> = perceived.map(|node| node["backendDOMNodeId"].take()).collect();
        assert_eq!(
            perceived.len(),
            1,
            "so many of role {role} in {} are called {name:?}",
            self.part
        );
        perceived.remove(0)
    }
}
