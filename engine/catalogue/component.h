// What an OpenStack service is: one YAML file (schemas/components/NAME.yaml) and its templates. To add a service is to
// add that file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace microstack {

// Every text below may hold {{ paths }} that are rendered against the node's facts (engine/catalogue/facts.h).
// `when` is a condition on those facts with the words of templates ("network.gateway", "not node.is.compute"); the entry
// counts only where it holds. A secret is written {{ secret "nova/db" }}: drawn on the control node at first use, never in a plan;
// one whose name begins with given/ is drawn nowhere: a person gives it.
// `after` names components (their health), "COMPONENT/TASK", or whole step ids ("unit:nova-conductor").
struct Component {
  struct File {
    std::string path;
    std::string content;  // name of a template in schemas/templates, or empty with `text`
    std::string text;     // inline instead of a template
    std::map<std::string, std::string>
        with;  // seen by the template as with.NAME: one shape serves several services
    std::string owner = "root";
    std::string group = "root";
    std::string mode = "0644";
    bool secret = false;                // holds a secret: never shown, mode must not be world-readable
    std::vector<std::string> restarts;  // units to restart when it changes
    std::string when;
  };
  struct Directory {
    std::string path;
    std::string owner = "root";
    std::string group = "root";
    std::string mode = "0755";
    std::string when;
  };
  // Of the cluster's CA, for a server; renewed before it ends. Programs that look at the files again by themselves (Open
  // vSwitch, OVN, RabbitMQ) need neither restarts nor reloads.
  struct Certificate {
    std::string name;  // "api"; the files are PATH.crt (with the CA behind it), PATH.key, PATH.pem (both)
    std::string path;  // without suffix: /etc/microstack/tls/api
    std::vector<std::string> names;  // host names and addresses it is for; empty ones are left out
    std::string owner = "root";
    std::string group = "root";
    std::vector<std::string> restarts;
    std::vector<std::string> reloads;  // units that take a renewed one without a restart
    std::string when;
  };
  // What its programs, and nobody else, make: `remove` takes away of it what came since the installation.
  struct Traces {
    std::vector<std::string> paths;
    std::vector<std::string> units;
    std::vector<std::string> mounts;  // taken away when nothing is in them any more
  };
  struct KeyRepository {  // fernet keys (0 staged, 1 primary), made here without any Python
    std::string path;     // /etc/keystone/fernet-keys
    std::string owner = "root";
    std::string group = "root";
    std::string secret;  // the primary key is this secret: equal on all control nodes
  };
  struct OpenVSwitch {  // the node's switch: one per node; bridges come from the profile's networks
    std::map<std::string, std::string> external_ids;
    std::map<std::string, std::string> other_config;
    std::string manager;  // "ptcp:6640:127.0.0.1"
    std::string when;
  };
  struct Account {  // system account membership: nova into libvirt
    std::string name;
    std::vector<std::string> groups;
  };
  struct Database {
    std::string name;
    std::string user;  // gets all rights on it; password is secret:<component>/db
  };
  struct Task {  // a one-shot: schema migration, bootstrap
    std::string id;
    std::string title;
    std::vector<std::string> run;     // argv
    std::string user;                 // runs as
    std::string stdin_text;           // may hold secrets
    std::vector<std::string> unless;  // argv, with the same stdin; exit 0 means the fact holds. Or:
    std::string unless_sql;           // query on MariaDB that returns a row when the fact holds
    std::string sql;                  // instead of run: statements on MariaDB
    std::vector<std::string> undo;    // argv; exit 0 where there is nothing left to undo
    std::vector<std::string> after;   // step ids or component names beyond the default order
    int limit_s = 300;
    bool prepare = false;  // may be done once in the prepared image (no secret, no address in its outcome)
    std::string when;
  };
  struct Unit {
    std::string name;                // systemd unit, without .service
    std::vector<std::string> after;  // step ids or component names that must hold before it is started
    std::string role;                // only on nodes with this role; empty: wherever the component is
    bool masked = false;             // must never run on this node
    bool reloads = false;            // takes its changed files by a reload, which cuts no connection
    std::string when;
  };
  struct Identity {  // a user in Keystone
    std::string user;
    std::vector<std::string> roles;  // on its project: admin, service
    std::string project = "service";
    std::vector<std::string> system_roles;  // on the whole system
    std::string secret;                     // its password; empty: USER/identity
  };
  struct Endpoint {
    std::string service;    // keystone service type: image
    std::string name;       // glance
    int port = 0;           // https port on the API address
    int backend_port = 0;   // http port on the node behind the TLS terminator; 0: same port on 127.0.0.1
    std::string path;       // "/v2.1"
    bool catalogue = true;  // registered in Keystone (the dashboard is not)
  };
  struct Health {
    std::string http;              // URL that must answer below 500
    std::string tcp;               // host:port that must accept
    std::vector<std::string> run;  // argv that must exit 0
    int limit_s = 120;
    std::string title;
    std::string when;
  };
  struct Native {
    std::vector<std::string> packages;
    std::map<std::string, std::vector<std::string>> role_packages;  // only for nodes with that role
    std::vector<Account> accounts;
    std::vector<Directory> directories;
    std::vector<File> files;
    std::vector<Certificate> certificates;
    std::vector<KeyRepository> key_repositories;
    Traces traces;
    std::vector<OpenVSwitch> open_vswitch;
    std::vector<Database> databases;
    std::vector<Task> tasks;  // before units, in order of their `after`
    std::vector<Unit> units;
    std::vector<Identity> identity;
    std::vector<Endpoint> endpoints;
    std::vector<Health> health;
    std::vector<Task> finally;  // after the component is healthy
    // On a control node, for another node that runs the component, rendered with that node's facts:
    std::vector<Task> joining;  // before it is installed
    std::vector<Task> leaving;  // when it is gone
  };
  // On Kubernetes: charmed operators. Texts of `config` and `settings` are templates that see `region` and
  // `release`.
  struct Charmed {
    struct Application {
      std::string name;
      std::string charm;        // its channel and base are the release's (schemas/releases)
      bool trust = false;       // may act on the Kubernetes cluster
      std::string scale = "1";  // units: a number, or a word of engine/substrate/juju/topology.h
      std::map<std::string, std::string> config;
    };
    struct Offer {
      std::string application;
      std::vector<std::string> endpoints;
      std::string name;  // empty: the application's
    };
    bool core = false;  // part of every cloud on this substrate, whatever `kind` says
    std::vector<Application> applications;
    // [application:endpoint, application:endpoint]; made where both applications are there.
    std::vector<std::vector<std::string>> integrations;
    std::vector<Offer> offers;
    // Configuration of other components' applications while this one is there.
    std::map<std::string, std::map<std::string, std::string>> settings;
  };
  struct Attribute {  // of the Terraform resource and of `config`
    std::string name;
    std::string type = "string";  // string, number, bool, list(string), map(string)
    std::string description;
    Json default_value;    // null: none
    bool replace = false;  // changing it makes a new one
  };

  std::string name;
  std::string title;  // "Image service"
  std::string description;
  bool optional = false;           // kind: core | optional
  std::vector<std::string> needs;  // other components
  std::vector<std::string> roles;  // nodes with one of these run it
  int memory_mib = 0;              // measured, proportional set size
  int disk_mib = 0;
  Native native;
  bool on_native = true;        // false: not on the native substrate
  std::optional<Charmed> juju;  // absent: not on the substrate juju
  std::vector<Attribute> attributes;
  std::string source_file;
};

}  // namespace microstack
