#include "engine/machines/test_boot.h"

#include <fmt/format.h>

namespace microstack {
namespace {

constexpr const char* program = "qemu-system-x86_64";
constexpr const char* folder = "/run/microstack/test-boot";
constexpr std::chrono::seconds limit{10};
constexpr int told = 42;                  // what the guest says on the exit port
constexpr int success = (told << 1) | 1;  // isa-debug-exit makes an exit code of it

// What the debugger's device leaves when the processor cannot go on: QEMU stops there and would wait for ever.
constexpr const char* gave_up = "KVM internal error";

}  // namespace

#if defined(__x86_64__)
// The guest. The firmware has shown by then that real mode and protected mode run; this adds paging and long mode.
asm(R"(
  .pushsection .rodata
  .code16
microstack_boot_sector:
  cli
  xorw %ax, %ax
  movw %ax, %ds
  movw %ax, %es
  movw %ax, %ss
  movw $0x7c00, %sp
  cld
  movw $0x1000, %di            # three empty page tables
  movw $0x1800, %cx
  rep stosw
  movw $0x2003, 0x1000         # which map the first 2 MiB to themselves
  movw $0x3003, 0x2000
  movw $0x0083, 0x3000
  lgdt microstack_boot_gdt_register - microstack_boot_sector + 0x7c00
  movl $0x20, %eax             # PAE
  movl %eax, %cr4
  movl $0x1000, %eax
  movl %eax, %cr3
  movl $0xc0000080, %ecx       # EFER.LME
  rdmsr
  orl $0x100, %eax
  wrmsr
  movl $0x80000001, %eax       # paging and protection
  movl %eax, %cr0
  ljmpl $8, $(microstack_boot_long - microstack_boot_sector + 0x7c00)
  .code64
microstack_boot_long:
  movq $0x500, %rsp
  pushq $42
  popq %rax
  outb %al, $0xf4
0:
  hlt
  jmp 0b
  .balign 8
microstack_boot_gdt:
  .quad 0
  .quad 0x00209a0000000000
microstack_boot_gdt_register:
  .word 15
  .long microstack_boot_gdt - microstack_boot_sector + 0x7c00
  .fill 510 - (. - microstack_boot_sector), 1, 0
  .word 0xaa55
  .popsection
)");
extern "C" const char microstack_boot_sector[512];

Result<TestBoot> test_boot(Host& host, std::stop_token stop) {
  const Command device{{"test", "-c", "/dev/kvm"}};
  MS_TRY(const auto there, host.run(device, stop));
  if (!there.ok()) return TestBoot{true, false, "there is no /dev/kvm"};
  // Without it the device is a kernel's that runs guests in software (PVM): such a boot takes ten seconds, or twenty.
  const Command hardware{
      {"grep", "--quiet", "--word-regexp", "--extended-regexp", "vmx|svm", "/proc/cpuinfo"}};
  MS_TRY(const auto capable, host.run(hardware, stop));
  if (!capable.ok())
    return TestBoot{true, false, "/dev/kvm is there, but the processor offers no virtualization"};
  const Command look{{"sh", "-c", "command -v qemu-system-x86_64"}};
  MS_TRY(const auto found, host.run(look, stop));
  if (!found.ok()) return TestBoot{false, false, std::string("there is no ") + program + " to try it with"};

  const std::string sector = std::string(folder) + "/sector";
  MS_CHECK(host.write(sector, FileContent{std::string(microstack_boot_sector, 512), 0600}));
  // Its complaints come with its output, so that one that will not end is ended at once.
  Command boot{{"sh",
                "-c",
                "exec \"$@\" 2>&1",
                "sh",
                program,
                "-accel",
                "kvm",
                "-machine",
                "pc",
                "-m",
                "64",
                "-display",
                "none",
                "-nodefaults",
                "-no-reboot",
                "-monitor",
                "none",
                "-serial",
                "none",
                "-drive",
                "file=" + sector + ",format=raw,if=ide,snapshot=on",
                "-device",
                "isa-debug-exit,iobase=0xf4,iosize=1"}};
  boot.limit = limit;
  std::stop_source end;
  const std::stop_callback forward(stop, [&] { end.request_stop(); });
  std::string said;
  boot.on_line = [&](std::string_view line) {
    const bool no_reason = line.find("warning:") != std::string_view::npos ||
                           line.find("terminating on signal") != std::string_view::npos;
    if (said.empty() && !no_reason) said = line;
    if (line.find(gave_up) != std::string_view::npos) end.request_stop();
  };
  const auto ran = host.run(boot, end.get_token());
  MS_CHECK(host.remove(folder));
  if (stop.stop_requested()) return retry("stopped while a guest was tried under KVM", host.name());
  if (ran && ran->exit_code == success) return TestBoot{true, true, {}};
  if (!ran && said.empty())
    return TestBoot{true, false,
                    fmt::format("/dev/kvm is there, but a guest did not boot within {} s", limit.count())};
  if (said.empty()) said = fmt::format("QEMU ended with {}", ran ? ran->exit_code : -1);
  return TestBoot{true, false, "/dev/kvm is there, but a guest did not boot: " + said};
}
#else
Result<TestBoot> test_boot(Host&, std::stop_token) {
  return TestBoot{true, false, "KVM is used on x86_64 only"};
}
#endif

}  // namespace microstack
